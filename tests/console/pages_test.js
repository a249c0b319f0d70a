// Every page, in each language, light and dark, at two widths: whether it can be read by people and
// by programs that read to people. What it looks like is kept, for somebody to look at.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { go, packages, settled, stage } from "./stage.js";
import { furnish, pagesOf } from "./pages.js";

const shots = process.env.MODEMBANK_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const on = await stage({ modems: 6, people: { amin: "admin", vera: "viewer", tom: "technician" } });
const { bank } = on;
await furnish(bank);
const setup = `setup/${/setup\/(\S+)/.exec(bank.run(["user", "link", "vera"]))[1]}`;

/** What a program that reads to people would stumble over. */
async function stumbles(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) =>
    window.axe.run({ runOnly: { type: "tag", values } }), rules);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id}: ${target} ${failureSummary.split("\n").slice(1).join(";")}`));
}

/** What people read of it but names, numbers and words of theirs and of other programs. */
const ownText = (page) => page.evaluate(() => {
  const foreign = "code, pre, bdi, .said, .number, .dialogue, [dir=ltr], [dir=auto], option";
  const walker = document.createTreeWalker(document.querySelector("#app"), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (data.trim() && !parentElement.closest(foreign)) texts.push(data.trim());
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], option")) {
    if (element.closest(".said, [dir=ltr]")) continue;
    texts.push(element.getAttribute("aria-label") || element.title || element.textContent);
  }
  return [document.title, ...texts].filter(Boolean);
});

const english = await (await fetch(`${bank.url}/console/en.json`)).json();
const groups = [...new Set(Object.keys(english).map((key) => key.split(".")[0]))];
const rawKey = new RegExp(`\\b(${groups.join("|")})\\.[a-z_]+\\b`);
/** What is written so in every language. */
const names =
  /\b(modembank|English|amin|vera|Webhook|URL|CSV|SIM|USSD|UCS|GSM|ICCID|IMEI|IMSI|dBm|API|USB)\b/gi;

async function complaintsOf(page, language) {
  const complaints = [];
  for (const text of await ownText(page)) {
    if (rawKey.test(text)) complaints.push(`a raw key: ${text}`);
    if (["fa", "zh"].includes(language) && /[A-Za-z]{3}/.test(text.replace(names, ""))) {
      complaints.push(`not in its language: ${text}`);
    }
    if (language === "fa" && /[0-9]/.test(text)) complaints.push(`foreign digits: ${text}`);
  }
  const headings = await page.locator("main :is(h1, h2, details)").evaluateAll((all) =>
    all.map((one) => [one.localName, one.textContent.slice(0, 20)]));
  const titles = headings.filter(([name, text]) => name === "h1" && text);
  if (titles.length !== 1 || titles[0] !== headings[0]) {
    complaints.push(`not one heading that comes first: ${headings.join(" | ")}`);
  }
  const isWide = await page.evaluate(() => document.scrollingElement.scrollWidth > innerWidth);
  if (isWide) complaints.push("is wider than the window");
  return complaints;
}

const views = [
  { language: "en", locale: "en-GB", dir: "ltr", width: 1280, reads: true },
  { language: "en", locale: "en-GB", dir: "ltr", width: 390, reads: true },
  { language: "en", locale: "en-GB", dir: "ltr", width: 1280, colorScheme: "dark", reads: true },
  { language: "fa", locale: "fa-IR", dir: "rtl", width: 1280 },
  { language: "fa", locale: "fa-IR", dir: "rtl", width: 390, colorScheme: "dark", reads: true },
  { language: "zh", locale: "zh-CN", dir: "ltr", width: 1280 },
  { language: "vi", locale: "vi-VN", dir: "ltr", width: 390 },
];

for (const { language, dir, reads, ...how } of views) {
  const view = `${language}-${how.width}-${how.colorScheme || "light"}`;

  test(`every page can be read: ${view}`, async () => {
    const found = [];
    const look = async (page, name) => {
      await settled(page);
      assert.equal(await page.getAttribute("html", "lang"), language);
      assert.equal(await page.getAttribute("html", "dir"), dir);
      const complaints = await complaintsOf(page, language);
      if (reads) complaints.push(...await stumbles(page));
      found.push(...complaints.map((one) => `${name}: ${one}`));
      const path = shots && join(shots, `${name}-${view}.png`);
      if (shots) await page.screenshot({ path, fullPage: true });
    };
    const stranger = await on.window(how);
    await stranger.goto(bank.url);
    await look(stranger, "sign-in");
    await stranger.goto(`${bank.url}/#/${setup}`);
    await stranger.reload();
    await look(stranger, "set-up");
    const page = await on.signIn("amin", how);
    await page.mouse.move(0, 0);  // what is under the mouse has other colours
    for (const { name, path } of await pagesOf(page)) {
      await go(page, path);
      await page.locator("main details").evaluateAll((all) =>
        all.forEach((one) => { one.open = true; }));
      await look(page, name);
    }
    assert.deepEqual([...new Set(found)], []);
  });
}

test("in Persian the digits are Persian and the calendar is that of the reader", async () => {
  const page = await on.signIn("amin", { locale: "fa-IR" });
  await go(page, "messages");
  await page.locator('main a[href^="#/messages/"]').first().click();
  const year = new Intl.DateTimeFormat("fa-IR-u-ca-persian-nu-arabext",
    { year: "numeric", timeZone: "Asia/Tehran" }).format(new Date()).replace(/[^۰-۹]/g, "");
  assert.match(year, /^۱۴/);
  await page.locator(".facts dd", { hasText: year }).first().waitFor();
});

test("a language is chosen on the page, and kept", async () => {
  const page = await on.signIn("amin");
  for (const [language, dir, name] of [["fa", "rtl", "فارسی"], ["vi", "ltr", "Tiếng Việt"],
    ["zh", "ltr", "中文"], ["en", "ltr", "English"]]) {
    if (!await page.locator(".who[open]").count()) await page.locator(".who summary").click();
    await page.locator(".who select").selectOption({ label: name });
    await page.locator(`html[lang=${language}][dir=${dir}]`).waitFor({ state: "attached" });
    await page.reload();
    await page.locator(`html[lang=${language}][dir=${dir}]`).waitFor({ state: "attached" });
    await settled(page);
  }
});
