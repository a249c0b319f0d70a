// What a role may not do is not offered, not shown and not taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./bank.js";
import { go, stage } from "./stage.js";

const on = await stage({ people: { amin: "admin", vera: "viewer", tom: "technician",
  opal: "operator" } });
const { bank } = on;
await bank.ready();
await bank.hear("+989121234567", "Is the shop open?");
const talk = await bank.conversation("Is the shop open?");
const { id: message } = await bank.call("POST", "/v1/messages",
  { to: "+989121234567", text: "Hello" });

const menu = (page) => page.locator("nav a").allTextContents();

/** What the API answers to the session of that window, if the page would ask. */
const status = (page, method, path, body) => page.evaluate(async ([verb, to, what]) => {
  const { csrf_token: token } = await (await fetch("/v1/session")).json();
  const headers = { "X-CSRF-Token": token, "Content-Type": "application/json" };
  return (await fetch(to, { method: verb, headers, body: what && JSON.stringify(what) })).status;
}, [method, path, body]);

/** That these pages are not to be had, by whatever way. */
async function lacks(page, paths) {
  for (const path of paths) {
    assert.equal(await page.locator(`nav a[href="#/${path}"]`).count(), 0, path);
    await go(page, path);
    assert.equal(await page.locator("h1").textContent(), "Today", path);
    assert.doesNotMatch(await page.locator("main").textContent(), /opal|tom|amin/, path);
  }
}

test("a viewer looks, and changes nothing", async () => {
  const page = await on.signIn("vera");
  assert.deepEqual(await menu(page),
    ["Today", "Rack", "Messages", "Inbox", "SIMs", "Suppressions"]);
  await lacks(page, ["compose", "users", "keys", "settings", "audit"]);
  for (const path of [`inbox/${talk}`, `messages/${message}`, "rack/slot-01", "suppressions"]) {
    await go(page, path);
    assert.deepEqual(await page.locator("main button, main textarea").allTextContents(), [], path);
    assert.equal(await page.locator(".dialogue").count(), 0, path);
  }
  assert.equal(await status(page, "POST", "/v1/messages", { to: "+989121234567", text: "x" }), 403);
  assert.equal(await status(page, "POST", "/v1/modems/slot-01/pause"), 403);
  assert.equal(await status(page, "GET", "/v1/modems/slot-01/dialogue"), 403);
  for (const path of ["/v1/users", "/v1/audit", "/v1/webhooks", "/v1/keys", "/v1/settings"]) {
    assert.equal(await status(page, "GET", path), 403, path);
  }
});

test("a technician sees to modems, and writes to nobody", async () => {
  const page = await on.signIn("tom");
  await lacks(page, ["compose", "users", "keys", "settings", "audit"]);
  await go(page, "rack/slot-01");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  await go(page, `inbox/${talk}`);
  assert.equal(await page.locator("main textarea").count(), 0);
  assert.equal(await status(page, "POST", "/v1/messages", { to: "+989121234567", text: "x" }), 403);
  assert.equal(await status(page, "POST", `/v1/conversations/${talk}/reply`, { text: "x" }), 403);
  assert.equal(await status(page, "GET", "/v1/users"), 403);
});

test("an operator writes, and lets nobody in", async () => {
  const page = await on.signIn("opal");
  await lacks(page, ["users", "keys", "settings", "audit"]);
  await go(page, "compose");
  await page.getByLabel("Text").waitFor();
  await go(page, "rack/slot-01");
  assert.equal(await page.getByRole("button", { name: "Pause" }).count(), 0);
  assert.equal(await status(page, "POST", "/v1/modems/slot-01/pause"), 403);
  assert.equal(await status(page, "POST", "/v1/users", { name: "eve", role: "admin" }), 403);
});

test("a role that is taken away is gone at once, also where a page is open", async () => {
  const opal = await on.signIn("opal");
  await go(opal, "compose");
  const amin = await on.signIn("amin");
  await go(amin, "users");
  const article = amin.locator("article", { hasText: "opal" });
  await article.getByLabel("Role").selectOption("viewer");
  await article.getByRole("button", { name: "Give the role" }).click();
  await until("opal is a viewer", async () => (await bank.call("GET", "/v1/users")).items.some(
    (one) => one.name === "opal" && one.role === "viewer"));
  await opal.getByLabel(/^To/).fill("+989121234567");
  await opal.getByLabel("Text").fill("Hello");
  await opal.getByRole("button", { name: "Send to 1 person" }).click();
  // The page is that of a viewer from then on.
  await opal.locator('nav a[href="#/compose"]').waitFor({ state: "detached" });
  assert.equal(await opal.getByRole("button", { name: "Send to 1 person" }).count(), 0);
});
