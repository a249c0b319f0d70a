// The shelf: a modem that fails is seen to fail, and seen to come back.
import { test } from "node:test";
import { go, mark, shows, stage, stayed } from "./stage.js";

const on = await stage();
const { bank } = on;
await bank.ready("slot-01");
await bank.ready("slot-02");
const page = await on.signIn("amin");
const tile = (name) => page.locator(".tile", { hasText: name });

test("a modem that is pulled out is shown as absent, and as ready once it is back", async () => {
  await go(page, "rack");
  await mark(page);
  await shows(tile("slot-01"), "Ready");
  await bank.ask("unplug slot-01");
  await shows(tile("slot-01"), "Absent");
  await shows(tile("slot-02"), "Ready");
  await bank.ask("replug slot-01");
  await shows(tile("slot-01"), "Ready");
  await stayed(page);
});

test("a modem whose network refuses it says what to do", async () => {
  await tile("slot-02").click();
  await bank.ask("registration slot-02 denied");
  await shows(page.locator(".verdict"), "Do this:");
  await bank.ask("registration slot-02 home");
  await shows(page.locator(".verdict"), "Ready");
  await page.locator(".verdict.good").waitFor();
  await stayed(page);
});

test("a modem is paused and resumed from its page", async () => {
  await page.getByRole("button", { name: "Pause" }).click();
  await shows(page.locator(".verdict"), "Paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await shows(page.locator(".verdict"), "Ready");
});

test("a USSD code is asked from its page", async () => {
  await bank.ask("ussd slot-02 *140*1# Balance 4200");
  await page.getByLabel("USSD code").fill("*140*1#");
  await page.getByRole("button", { name: "Ask" }).click();
  await shows(page.getByRole("status"), "Balance 4200");
});

test("what was said with it can be read", async () => {
  await page.locator("summary", { hasText: "Dialogue with the modem" }).click();
  await shows(page.locator(".dialogue li"), "AT+CUSD");
});
