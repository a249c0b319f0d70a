// Writing: what a text will cost while it is written, and where it is until it is delivered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./bank.js";
import { go, mark, settled, shows, stage, stayed } from "./stage.js";

const on = await stage();
const { bank } = on;
await bank.ready("slot-01");
await bank.ready("slot-02");
const page = await on.signIn("amin");
const cost = page.locator("main [role=status]");

test("while a text is written its cost is counted, and what makes it long is marked", async () => {
  await go(page, "compose");
  const text = page.getByLabel("Text");
  await text.fill("Hello from the rack");
  await shows(cost, /GSM 7-bit · 1 part · 141 characters left/);
  assert.equal(await page.locator("mark").count(), 0);
  await text.fill(`${"Hello from the rack. ".repeat(4)}Her name is Zoë Nuñez: “ç”`);
  await shows(cost, "UCS-2 · 2 parts");
  assert.deepEqual(await page.locator("mark").allTextContents(), ["ë", "“", "ç", "”"]);
  await page.getByRole("button", { name: "Take the plain form" }).click();
  await shows(cost, "GSM 7-bit · 1 part");
  assert.equal(await page.locator("mark").count(), 0);
  assert.match(await text.inputValue(), /Her name is Zoe Nuñez: "[cÇ]"$/);
  await text.fill("x".repeat(161));
  await shows(cost, "GSM 7-bit · 2 parts");
});

test("a message goes from the form to delivered, and its page tells it by itself", async () => {
  await bank.ask("registration all denied");
  await go(page, "compose");
  await page.getByLabel(/^To/).fill("+989121234567");
  await page.getByLabel("Text").fill("Hello from the rack");
  await page.getByRole("button", { name: "Send to 1 person" }).click();
  await shows(page.getByRole("status"), "1 message is accepted.");
  await page.getByRole("status").getByRole("link").click();
  await settled(page);
  await mark(page);
  await shows(page.locator(".state"), "Queued");
  await shows(page.locator("main"), "Nothing was handed to a modem yet.");
  await bank.ask("registration all home");
  await shows(page.locator(".state"), "Delivered");
  await shows(page.locator("main table"), /slot-0[12]/);
  await stayed(page);
});

test("one text to many is counted before it goes", async () => {
  await go(page, "compose");
  await page.getByLabel(/^To/).fill("+989121234501, +989121234502\n+989121234503");
  await page.getByLabel("Text").fill("y".repeat(200));
  await shows(cost, "6 parts in all");
  await page.getByRole("button", { name: "Send to 3 people" }).click();
  await shows(page.getByRole("status"), "3 messages are accepted.");
  await go(page, "messages");
  await shows(page.locator("tbody tr").nth(3), "989121234567");
});

test("a number that is none is refused where it was written", async () => {
  await go(page, "compose");
  await page.getByLabel(/^To/).fill("+98912");
  await page.getByLabel("Text").fill("Hello");
  await page.getByRole("button", { name: "Send to 1 person" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel("Text").inputValue(), "Hello");
});

test("a file is looked at line by line before anything of it goes", async () => {
  await go(page, "compose");
  await page.getByRole("button", { name: "From a file" }).click();
  await page.getByLabel(/^CSV file/).setInputFiles({ name: "people.csv", mimeType: "text/csv",
    buffer: Buffer.from('to,text\n+989121230001,"Hello, Ali"\nnobody,Hello\n+989121230002,Hello\n') });
  await shows(page.locator("main table"), "Hello, Ali");
  await page.getByRole("button", { name: "Check the file" }).click();
  await shows(page.locator("main"), "2 messages can be sent. 2 parts in all");
  await shows(page.locator("main td"), "nobody");
  assert.equal((await bank.call("GET", "/v1/batches")).items.filter((one) =>
    one.accepted === 2 && one.rejected_count === 1).length, 0);
  await page.getByRole("button", { name: "Send 2 messages" }).click();
  await shows(page.getByRole("status"), "2 messages are accepted.");
  await page.getByRole("status").getByRole("link").click();
  await shows(page.locator(".figure", { hasText: "Delivered" }), "2");
  await shows(page.locator("main"), "2 of 2");
  await shows(page.locator("main td"), "nobody");
});

test("while a file is looked at no other one can be chosen", async () => {
  await go(page, "compose");
  await page.getByRole("button", { name: "From a file" }).click();
  const input = page.getByLabel(/^CSV file/);
  const csv = (text) => ({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await input.setInputFiles(csv("to,text\n+989121230001,Hello\n"));
  let goOn = null;
  await page.route("**/v1/messages/batch?check=true", (route) => { goOn = () => route.continue(); });
  await page.getByRole("button", { name: "Check the file" }).click();
  await page.locator("input[type=file]:disabled").waitFor();
  await until("it is asked", () => goOn);
  goOn();
  await shows(page.locator("main"), "1 message can be sent.");
  await page.unroute("**/v1/messages/batch?check=true");
  await input.setInputFiles(csv("to,text\n+989121230001,Hello\n+989121230002,Hello\n"));
  await page.getByRole("button", { name: "Check the file" }).waitFor();  // it is another one
});
