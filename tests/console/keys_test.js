// Keys of programs, endpoints, and what can be set while the program runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./bank.js";
import { go, shows, stage } from "./stage.js";

const on = await stage();
const { bank } = on;
const page = await on.signIn("amin");
const open = (summary) => page.locator("summary", { hasText: summary }).first().click();

const status = async (key, path) => (await fetch(bank.url + path,
  { headers: { Authorization: `Bearer ${key}` } })).status;

test("a key is made, is shown once, works, and is revoked", async () => {
  await go(page, "keys");
  await open("Make a key");
  await page.getByLabel("What it is for").fill("the till");
  await page.getByLabel("Send", { exact: true }).uncheck();
  await page.getByRole("button", { name: "Make a key" }).click();
  const key = await page.locator(".secret").textContent();
  assert.match(key, /^mb_/);
  assert.equal(await status(key, "/v1/messages"), 200);
  assert.equal(await status(key, "/v1/keys"), 403);
  await go(page, "today");
  await go(page, "keys");
  assert.doesNotMatch(await page.locator("main").textContent(), new RegExp(key));
  const row = page.locator("tr", { hasText: "the till" });
  await row.getByRole("button", { name: "Revoke" }).click();
  await shows(row, "Revoked");
  assert.equal(await status(key, "/v1/messages"), 401);
});

test("a pool that no SIM is in is refused where it was written", async () => {
  await go(page, "keys");
  await open("Make a key");
  await page.getByLabel("What it is for").fill("the till");
  await page.getByLabel("Pools").fill("nowhere");
  await page.getByRole("button", { name: "Make a key" }).click();
  await shows(page.getByRole("alert"), "no SIM is in nowhere");
});

test("an endpoint's secret is shown once, and a test delivery stands in its log", async () => {
  await go(page, "keys");
  await open("Add an endpoint");
  await page.getByLabel("URL").fill("http://127.0.0.1:9/hook");
  await page.getByRole("button", { name: "Add an endpoint" }).click();
  assert.match(await page.locator(".secret").textContent(), /^whsec_/);
  await page.getByRole("button", { name: "Test it" }).click();
  await shows(page.getByRole("status"), "A test is on its way");
  await open("Deliveries");
  await shows(page.locator("article td"), "test");
});

test("an automatic answer is written, and answers", async () => {
  await bank.ready("slot-01");
  await go(page, "settings");
  await open("Add an answer");
  await page.getByLabel("Name").fill("hours");
  await page.getByLabel("Answers", { exact: true }).check();
  await page.getByLabel("Answer", { exact: true }).fill("We open at nine.");
  await page.getByRole("button", { name: "Save" }).first().click();
  await shows(page.locator("details"), "hours");
  await bank.hear("+989121234567", "When do you open?");
  await until("it is answered", async () => (await bank.call("GET", "/v1/messages")).items.some(
    (one) => one.text === "We open at nine." && one.reference === "answer:hours"));
});

test("a keyword is added, found and taken away", async () => {
  await go(page, "settings");
  await open("Add a keyword");
  await page.getByLabel("Words", { exact: true }).fill("genug davon");
  await page.locator("input[name=language]").fill("de");
  await page.getByRole("button", { name: "Add a keyword" }).click();
  await open("All keywords");
  await page.getByLabel("Search").fill("genug");
  const row = page.locator("tr", { hasText: "genug davon" });
  await shows(row, "Opt-out");
  await row.getByRole("button", { name: "Delete" }).click();
  await row.waitFor({ state: "detached" });
});
