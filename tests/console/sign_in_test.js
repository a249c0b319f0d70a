// Getting in: the first administrator's link, a password, and a code of an app.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { password } from "./bank.js";
import { enter, go, shows, stage } from "./stage.js";

const on = await stage({ people: {} });
const { bank } = on;

const page = await on.window();
const signOut = async () => {
  await page.locator(".who summary").click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
};

/** The code of `secret` (base32) that many steps from now; RFC 6238, RFC 4226 §5.3. */
function code(secret, stepsFromNow = 0) {
  const bits = [...secret].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + stepsFromNow));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("the link of the first start makes the first administrator, once", async () => {
  const link = await bank.setupLink();
  await page.goto(link);
  await page.getByLabel("Name").fill("amin");
  await page.getByLabel("Password").fill(password);
  await page.getByLabel("Once more").fill("another one");
  await page.getByRole("button", { name: "Set up" }).click();
  await shows(page.getByRole("alert"), "not the same");
  await page.getByLabel("Once more").fill(password);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("heading", { name: "Today" }).waitFor();
  await shows(page.locator("header"), "amin");

  const late = await on.window();
  await late.goto(link);
  await late.getByRole("alert").waitFor();
  assert.equal(await late.getByLabel("Password").count(), 0);
});

test("a wrong password does not let in, the right one does", async () => {
  await signOut();
  await enter(page, "amin", "a green apple a day");
  await page.getByRole("alert").waitFor();
  assert.equal(await page.locator("nav").count(), 0);
  await enter(page, "amin");
  await page.getByRole("heading", { name: "Today" }).waitFor();
});

test("who has signed in stays so when the page is loaded anew, and not after signing out",
  async () => {
    await page.reload();
    await page.getByRole("heading", { name: "Today" }).waitFor();
    await signOut();
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await enter(page, "amin");
    await page.getByRole("heading", { name: "Today" }).waitFor();
  });

test("with a second factor a password is not enough", async () => {
  await go(page, "account");
  const begin = page.locator("form", { hasText: "Set one up" });
  await begin.getByLabel(/^Your password now/).fill("not my password");
  await begin.getByRole("button").click();
  await shows(begin.getByRole("alert"), "password");
  await begin.getByLabel(/^Your password now/).fill(password);
  await begin.getByRole("button").click();
  const secret = await page.locator(".secret").textContent();
  await page.getByLabel("Code").fill(code(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await shows(page.getByRole("status"), "The second factor is on");
  await signOut();

  await enter(page, "amin");
  await page.getByLabel("Code").fill(code(secret, 1000));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.locator("nav").count(), 0);
  await page.getByLabel("Code").fill(code(secret, 1));  // that of the present step is used up
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Your account" }).waitFor();
});
