// Who writes back: it comes by itself, is answered, and a STOP is obeyed where it is seen.
import { test } from "node:test";
import { go, mark, settled, shows, stage, stayed } from "./stage.js";

const on = await stage();
const { bank } = on;
await bank.ready();
const page = await on.signIn("amin");
const party = "+989121234567";
const talk = page.locator(".talk li");

/** Opens the one conversation there is. */
async function read() {
  await go(page, "today");
  await go(page, "inbox");
  await page.locator(".conversations a").first().click();
  await settled(page);
  await mark(page);
}

test("a reply arrives in the inbox while one looks at it", async () => {
  await go(page, "inbox");
  await mark(page);
  await shows(page.locator("main"), "Nobody has written yet.");
  await bank.hear(party, "Is the shop open?");
  await shows(page.locator(".conversations li"), "Is the shop open?");
  await shows(page.locator(".conversations .badge"), "1 new");
  await stayed(page);
});

test("it is answered in its conversation, which goes on by itself", async () => {
  await read();
  await shows(talk, "Is the shop open?");
  await page.getByRole("textbox", { name: "Reply" }).fill("Until six.");
  await page.getByRole("button", { name: "Reply" }).click();
  await shows(talk.filter({ hasText: "Until six." }), "Delivered");
  await bank.hear(party, "See you then");
  await shows(talk, "See you then");
  await stayed(page);
});

test("what was read is not new any more", async () => {
  await go(page, "inbox");
  await shows(page.locator(".conversations li"), "See you then");
  await page.locator(".conversations .badge").waitFor({ state: "detached" });
});

test("a note is kept with the conversation", async () => {
  await read();
  await page.locator("summary", { hasText: "Note" }).click();
  await page.getByLabel("Note").fill("Wants the blue one");
  await page.getByRole("button", { name: "Keep the note" }).click();
  await shows(page.locator(".talk .note"), "Wants the blue one");
});

test("a STOP shows as an opt-out in the conversation and on the list, and holds", async () => {
  await read();
  await bank.hear(party, "STOP");
  await shows(page.locator(".wish"), "Must not be written to");
  await stayed(page);
  await go(page, "suppressions");
  await shows(page.locator("tbody tr"), /989121234567.*Opt-out/);
  await go(page, "compose");
  await page.getByLabel(/^To/).fill(party);
  await page.getByLabel("Text").fill("Buy more");
  await page.getByRole("button", { name: "Send to 1 person" }).click();
  await shows(page.getByRole("status"), "1 message is accepted.");
  await page.getByRole("status").getByRole("link").click();
  await shows(page.locator(".state"), "Suppressed");
});

test("what is decided about a number is decided on the list, too, and a list is read from a file", async () => {
  await bank.hear("+989121234568", "stop please");
  await go(page, "suppressions");
  const row = (number) => page.locator("tbody tr", { hasText: number });
  await row("989121234568").getByRole("button", { name: "It was none" }).click();
  await row("989121234568").waitFor({ state: "detached" });
  await page.locator("summary", { hasText: "Read a CSV file" }).click();
  await page.getByLabel(/^CSV file/).setInputFiles({ name: "gone.csv", mimeType: "text/csv",
    buffer: Buffer.from("number\n+989121230001\nnobody\n") });
  await page.getByRole("button", { name: "Read a CSV file" }).click();
  await shows(page.getByRole("status"), "1 number is on the list; 1 lines were refused.");
  await shows(row("989121230001"), "Opt-out");
  await row("989121230001").getByRole("button", { name: "Lift" }).click();
  await row("989121230001").waitFor({ state: "detached" });
});
