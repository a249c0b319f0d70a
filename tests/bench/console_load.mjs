// F1: what the first page loads, by a browser that has nothing of it. Prints a line of JSON for
// each of so many times: what is loaded as files, what is called, what was asked of anybody else.
//
//     MODEMBANK_PROGRAM=… node tests/bench/console_load.mjs TIMES
import { Bank, password } from "../console/bank.js";
import { packages, settled } from "../console/stage.js";

const { chromium } = packages("playwright-core");
const times = Number(process.argv[2] || 1);

/** The first administrator comes in by his link; what the browser keeps of him signs him in. */
async function setUp(browser, bank) {
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(await bank.setupLink());
  await page.getByLabel("Name").fill("amin");
  await page.getByLabel("Password").fill(password);
  await page.getByLabel("Once more").fill(password);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("heading", { name: "Today" }).waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

/** Headings and bodies as they came over the wire, in octets. */
async function load(browser, bank, storageState) {
  const context = await browser.newContext({ locale: "en-GB", storageState });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  const asked = new Map();
  await wire.send("Network.enable");
  wire.on("Network.requestWillBeSent", ({ requestId, request, type }) => {
    const { url } = request;
    if (!url.startsWith("data:")) asked.set(requestId, { url, type, octets: 0 });
  });
  wire.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (asked.has(requestId)) asked.get(requestId).octets = encodedDataLength;
  });
  await page.goto(bank.url);
  await page.getByRole("heading", { name: "Today" }).waitFor();
  await settled(page);
  await page.waitForTimeout(1000);  // what comes late
  // A browser with tabs shows the icon; this one has none, and may not ask for it.
  const icon = await page.locator("link[rel=icon]").evaluate((one) => one.href);
  const all = [...asked.values()];
  if (!icon.startsWith("data:") && !all.some((one) => one.url === icon)) {
    const answer = await context.request.get(icon, { headers: { "Accept-Encoding": "gzip" } });
    const heads = answer.headersArray().reduce((sum, one) =>
      sum + `${one.name}: ${one.value}\r\n`.length, 0);
    const octets = Number(answer.headers()["content-length"]) + heads;
    all.push({ url: icon, type: "Image", octets });
  }
  await context.close();
  const isOurs = ({ url }) => new URL(url).host === new URL(bank.url).host;
  const isCall = ({ url }) => new URL(url).pathname.startsWith("/v1/");
  const named = ({ url, type, octets }) => ({ path: new URL(url).pathname, type, octets });
  return { files: all.filter((one) => isOurs(one) && !isCall(one)).map(named),
    calls: all.filter((one) => isOurs(one) && isCall(one)).map(named),
    others: all.filter((one) => !isOurs(one)).map(({ url }) => url) };
}

const bank = await Bank.open();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
try {
  const state = await setUp(browser, bank);
  for (let i = 0; i < times; ++i) console.log(JSON.stringify(await load(browser, bank, state)));
} finally {
  await browser.close();
  await bank.close();
}
