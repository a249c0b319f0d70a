// All of it without a mouse: what has the focus is seen, and Enter does what a click does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { go, settled, stage } from "./stage.js";

const on = await stage();
await on.bank.ready();

/**
 * What has the focus: what it is, and whether it can be seen that it has it. It has none itself
 * where a part that the browser made of it has it, as the calendar's button in a field for a date.
 */
const focus = (page) => page.evaluate(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const { left, top, right, bottom, width } = element.getBoundingClientRect();
  return { name: element.innerText || element.getAttribute("aria-label") || element.name,
    href: element.getAttribute("href"), id: element.id, tag: element.localName,
    hasFocus: element.matches(":focus") && element !== document.body,
    isMarked: (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none",
    isInside: width > 0 && left < innerWidth && right > 0 && top < innerHeight && bottom > 0 };
});

/** Presses Tab until `wanted` has the focus, and gives all that had it on the way. */
async function tabTo(page, wanted, most = 60) {
  const passed = [];
  while (passed.length < most) {
    await page.keyboard.press("Tab");
    const now = await focus(page);
    passed.push(now);
    if (wanted(now)) return passed;
  }
  return assert.fail(`not reached: ${wanted}; but ${passed.map((one) => one.name).join(", ")}`);
}

test("one signs in by the keyboard alone", async () => {
  const page = await on.window();
  await page.goto(on.bank.url);
  await page.locator("[name=name]:focus").waitFor();
  await page.keyboard.type("amin");
  await page.keyboard.press("Tab");
  await page.keyboard.type("a red apple a day");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Today" }).waitFor();
});

test("the skip link is first, is seen, and leads into the page that is open", async () => {
  const page = await on.signIn("amin");
  await go(page, "messages");
  await page.reload();
  await page.getByRole("heading", { name: "Messages" }).waitFor();
  await settled(page);
  await page.keyboard.press("Tab");
  const first = await focus(page);
  assert.equal(first.name, "Go to the page");
  assert.ok(first.isInside);
  await page.keyboard.press("Enter");
  await settled(page);
  assert.equal((await focus(page)).id, "page");
  assert.equal(await page.locator("h1").textContent(), "Messages");
  await tabTo(page, (one) => one.tag === "select", 1);
});

test("all of the navigation is reached by Tab, seen, and opened by Enter", async () => {
  const page = await on.signIn("amin");
  await page.reload();
  await page.locator("nav").waitFor();
  const links = await page.locator("nav a").evaluateAll((all) =>
    all.map((one) => one.getAttribute("href")));
  const passed = await tabTo(page, (one) => one.tag === "summary");
  assert.deepEqual(passed.map((one) => one.href).filter((href) => links.includes(href)), links);
  for (const one of passed) assert.ok(one.isMarked && one.isInside, `not seen: ${one.name}`);
  for (const href of links) {
    await page.locator(`nav a[href="${href}"]`).focus();
    await page.keyboard.press("Enter");
    await page.locator(`nav a[href="${href}"][aria-current=page]`).waitFor();
    await settled(page);
  }
});

test("whatever has the focus on a page can be seen to have it", async () => {
  const page = await on.signIn("amin");
  for (const path of ["rack", "messages", "compose", "inbox", "suppressions", "users", "account"]) {
    await go(page, path);
    const passed = await tabTo(page, (one) => one.tag === "body", 100);
    for (const one of passed.filter((element) => element.hasFocus)) {
      assert.ok(one.isMarked && one.isInside, `${path}: not seen: ${JSON.stringify(one)}`);
    }
  }
});

test("on a telephone the menu is a button that opens and closes", async () => {
  const page = await on.signIn("amin", { width: 390 });
  const menu = page.getByRole("button", { name: "Menu" });
  assert.equal(await menu.getAttribute("aria-expanded"), "false");
  assert.equal(await page.locator("nav").isVisible(), false);
  await menu.focus();
  await page.keyboard.press("Enter");
  assert.equal(await menu.getAttribute("aria-expanded"), "true");
  await tabTo(page, (one) => one.href === "#/inbox");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.locator("nav").waitFor({ state: "hidden" });
  assert.equal(await menu.getAttribute("aria-expanded"), "false");
});
