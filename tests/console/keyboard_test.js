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
  const { outlineStyle, outlineColor, boxShadow } = getComputedStyle(element);
  const rings = (outlineStyle !== "none" ? outlineColor : boxShadow).match(/rgba?\([^)]*\)/g) || [];
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const ground = numbers(getComputedStyle(document.documentElement).backgroundColor);
  /** How light it is (WCAG 2.2, "relative luminance"). */
  const light = (color) => color.map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const contrasts = rings.map((ring) => {
    const [red, green, blue, alpha = 1] = numbers(ring);
    const seen = [red, green, blue].map((value, index) =>
      value * alpha + ground[index] * (1 - alpha));
    const [less, more] = [light(seen), light(ground.slice(0, 3))].sort((x, y) => x - y);
    return (more + 0.05) / (less + 0.05);
  });
  const { left, top, right, bottom, width } = element.getBoundingClientRect();
  return { name: element.innerText || element.getAttribute("aria-label") || element.name,
    href: element.getAttribute("href"), id: element.id, tag: element.localName,
    hasFocus: element.matches(":focus") && element !== document.body,
    contrast: Math.max(1, ...contrasts),
    isInside: width > 0 && left < innerWidth && right > 0 && top < innerHeight && bottom > 0 };
});

/** Those of them that nobody would see to have the focus: WCAG 2.2, 1.4.11 wants 3 to 1. */
const unseen = (all) => all
  .filter((one) => one.hasFocus && (one.contrast < 3 || !one.isInside))
  .map(({ tag, name, contrast, isInside }) =>
    `${tag} ${name.slice(0, 40)}: ${contrast.toFixed(1)}:1, ${isInside ? "inside" : "outside"}`);

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
  await tabTo(page, (one) => one.name === "Batches", 1);  // the first of the page
});

test("all of the navigation is reached by Tab, seen, and opened by Enter", async () => {
  const page = await on.signIn("amin");
  await page.reload();
  await page.locator("nav").waitFor();
  const links = await page.locator("nav a").evaluateAll((all) =>
    all.map((one) => one.getAttribute("href")));
  const passed = await tabTo(page, (one) => one.tag === "summary");
  assert.deepEqual(passed.map((one) => one.href).filter((href) => links.includes(href)), links);
  assert.deepEqual(unseen(passed), []);
  for (const href of links) {
    await page.locator(`nav a[href="${href}"]`).focus();
    await page.keyboard.press("Enter");
    await page.locator(`nav a[href="${href}"][aria-current=page]`).waitFor();
    await settled(page);
  }
});

for (const colorScheme of ["light", "dark"]) {
  test(`whatever has the focus on a page can be seen to have it, ${colorScheme}`, async () => {
    const page = await on.signIn("amin", { colorScheme });
    const found = [];
    for (const path of ["rack", "messages", "compose", "inbox", "suppressions", "users"]) {
      await go(page, path);
      const passed = await tabTo(page, (one) => one.tag === "body", 100);
      found.push(...unseen(passed).map((one) => `${path}: ${one}`));
    }
    assert.deepEqual(found, []);
  });
}

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
