// What a SIM may do is set on its page, and holds at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./bank.js";
import { go, settled, shows, stage } from "./stage.js";

const on = await stage({ modems: 1, people: { tom: "technician", vera: "viewer" } });
const { bank } = on;
await bank.ready("slot-01");
const page = await on.signIn("tom");
const save = () => page.getByRole("button", { name: "Save" }).click();

test("a limit is edited, holds at once, and is taken back", async () => {
  const { id } = await bank.call("POST", "/v1/messages", { to: "+989121234501", text: "one" });
  await bank.message(id, "delivered");
  await go(page, "sims");
  await page.locator("main tbody a").first().click();
  await settled(page);
  await page.getByLabel("a day").fill("1");
  await save();
  await shows(page.getByRole("status"), "Saved. It holds from now on.");
  await shows(page.locator("main"), "0 of 1 left a day");
  const next = await bank.call("POST", "/v1/messages", { to: "+989121234502", text: "two" });
  await until("it waits for the limit", async () =>
    (await bank.call("GET", `/v1/messages/${next.id}`)).hold?.reason === "limit");
  await page.getByLabel("a day").fill("2");
  await save();
  await bank.message(next.id, "delivered");
  await page.getByLabel("a day").fill("");
  await save();
  await shows(page.locator("main"), /99[78] of 1,000 left a day/);
  assert.equal((await bank.call("GET", "/v1/sims")).items[0].limits.per_day, 1000);
});

test("a SIM gets a name and a pool from its slot's page", async () => {
  await go(page, "rack/slot-01");
  await page.getByLabel("Label").fill("MCI, the shop's");
  await page.getByLabel(/^Pools/).fill("default, vip");
  const asked = page.waitForRequest((request) => request.method() === "PATCH");
  await save();
  // What was not touched is not pinned: the limits stay those of all SIMs.
  assert.deepEqual((await asked).postDataJSON(),
    { label: "MCI, the shop's", pools: ["default", "vip"] });
  await shows(page.getByRole("status"), "Saved. It holds from now on.");
  await go(page, "rack");
  await shows(page.locator(".tile"), "MCI, the shop's");
  const [sim] = (await bank.call("GET", "/v1/sims")).items;
  assert.deepEqual(sim.pools, ["default", "vip"]);
});

test("what is wrong is told, and nothing of it is kept", async () => {
  await go(page, "rack/slot-01");
  await page.getByLabel(/^Pools/).fill("a/b");
  await save();
  await shows(page.getByRole("alert"), "pools");
  assert.deepEqual((await bank.call("GET", "/v1/sims")).items[0].pools, ["default", "vip"]);
});

test("who only looks sees the limits and cannot write them", async () => {
  const looks = await on.signIn("vera");
  await go(looks, "rack/slot-01");
  assert.ok(await looks.getByLabel("a day").evaluate((input) => input.readOnly));
  assert.equal(await looks.getByRole("button", { name: "Save" }).count(), 0);
});

test("a modem whose lamp cannot blink says how else it is found", async () => {
  await go(page, "rack/slot-01");
  await page.getByRole("button", { name: "Identify" }).click();
  await shows(page.getByRole("alert"), "unplug one and see which goes");
});
