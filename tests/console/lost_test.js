// The link to the program: that it is lost is said, and what was missed is made good.
import assert from "node:assert/strict";
import { test } from "node:test";
import { go, mark, settled, shows, stage, stayed } from "./stage.js";

const on = await stage();
const { bank } = on;
await bank.ready();
const lost = (page) => page.locator(".lost");

test("a page says that the program is gone, and is fresh again once it is back", async () => {
  on.forgives = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/;
  const page = await on.signIn("amin");
  await bank.hear("+989121234567", "Before");
  await bank.conversation("Before");
  await go(page, "inbox");
  await mark(page);
  await shows(page.locator(".conversations li"), "Before");
  await lost(page).waitFor({ state: "detached" });
  await bank.stop();
  await shows(lost(page), "The link to the program is lost");
  await bank.hear("+989121234567", "Meanwhile");
  await bank.start();
  await lost(page).waitFor({ state: "detached" });
  await shows(page.locator(".conversations li"), "Meanwhile");
  await stayed(page);
});

test("a page that has only just been opened does not say that anything is lost", async () => {
  const page = await on.signIn("amin");
  await page.addInitScript(() => new MutationObserver(() => {
    window.wasLost ||= document.querySelector(".lost") !== null;
  }).observe(document, { childList: true, subtree: true }));
  await page.reload();
  await settled(page);
  await page.evaluate(() => new Promise((done) => {
    new EventSource("/v1/events").onopen = done;
  }));
  assert.equal(await page.evaluate(() => window.wasLost), false);
});

test("a stream that is refused for a while is tried again", async () => {
  on.forgives = /status of 503/;
  const page = await on.signIn("amin");
  await go(page, "rack");
  await lost(page).waitFor({ state: "detached" });
  let refusals = 0;
  await page.route("**/v1/events", (route) => {
    if (++refusals > 2) return route.continue();
    return route.fulfill({ status: 503, body: "" });
  });
  await page.reload();
  await shows(lost(page), "The link to the program is lost");
  await lost(page).waitFor({ state: "detached" });
  await page.unrouteAll();
});

test("who is signed out elsewhere is told so, and sees no more", async () => {
  on.forgives = undefined;
  const one = await on.signIn("amin");
  const other = await on.signIn("amin");
  await go(one, "messages");
  await go(other, "account");
  const end = other.getByRole("button", { name: "End" });
  for (let left = await end.count(); left > 0; --left) {
    await end.first().click();
    await end.nth(left - 1).waitFor({ state: "detached" });
  }
  await one.getByRole("button", { name: "Sign in" }).waitFor();
  await shows(one.getByRole("status"), "You were signed out.");
});
