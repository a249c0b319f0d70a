// What every file of tests begins with: a program, a browser, and an eye on what that must not do.
import assert from "node:assert/strict";
import { accessSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach } from "node:test";
import { Bank, password, patience } from "./bank.js";

/** Of those that tests/console/prepare has fetched. */
export const packages = createRequire(new URL("../../build/console-packages/", import.meta.url));
const executablePath = "/usr/bin/chromium";
const { chromium } = (() => {
  try {
    accessSync(executablePath);
    return packages("playwright-core");
  } catch (missing) {
    console.error(`left out, run tests/console/prepare: ${missing.message}`);
    return process.exit(77);  // which ctest takes for "skipped"
  }
})();

const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

/** What Chromium itself says of an answer of 4xx; a sign-in that fails is no fault of a page. */
const refusal = /^Failed to load resource: the server responded with a status of 4/;

class Stage {
  complaints = [];
  dialogs = [];

  /** A window of a browser of its own: nobody is signed in there. */
  async window({ width = 1280, locale = "en-GB", ...more } = {}) {
    const context = await this.browser.newContext({ viewport: { width, height: 900 }, locale,
      timezoneId: "Asia/Tehran", reducedMotion: "reduce", ...more });
    context.setDefaultTimeout(patience);
    context.on("request", (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== "data:" && host !== new URL(this.bank.url).host) {
        this.complaints.push(`asked for ${request.url()}`);
      }
    });
    context.on("weberror", (one) => this.complaints.push(`threw ${one.error().stack}`));
    context.on("console", (line) => {
      const isFault = ["error", "warning"].includes(line.type());
      if (isFault && !refusal.test(line.text()) && !this.forgives?.test(line.text())) {
        this.complaints.push(`logged ${line.text()}`);
      }
    });
    context.on("dialog", (dialog) => {
      this.dialogs.push(dialog.message());
      return dialog.accept();
    });
    return context.newPage();
  }

  /** A window of somebody who has signed in. */
  async signIn(name, options) {
    const page = await this.window(options);
    await page.goto(this.bank.url);
    await enter(page, name);
    await page.locator("nav").waitFor({ state: "attached" });
    await settled(page);
    return page;
  }
}

export async function enter(page, name, secret = password) {
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", secret);
  await page.click("[type=submit]");
}

/**
 * A program on a virtual rack, with these people, and a browser. After each test it is looked at
 * whether a page asked anybody else for anything, threw, or logged an error.
 */
export async function stage({ people = { amin: "admin" }, ...options } = {}) {
  const stage = new Stage();
  stage.bank = await Bank.open(options);
  for (const [name, role] of Object.entries(people)) stage.bank.addUser(name, role);
  stage.browser = await chromium.launch({ executablePath, args: flags });
  afterEach(() => assert.deepEqual(stage.complaints.splice(0), []));
  after(async () => {
    await stage.browser.close();
    await stage.bank.close();
  });
  return stage;
}

/** The page is there, and nothing of it is being loaded any more. */
export async function settled(page) {
  await page.evaluate(() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.waitForFunction(() => document.querySelector("#app > *") &&
    !document.querySelector('#app [aria-busy="true"]'));
}

/** Opens a page of the console by its address, without loading the console anew. */
export async function go(page, path) {
  await page.evaluate((to) => { location.hash = `#/${to}`; }, path);
  await settled(page);
}

/** Marks the document; `stayed` says whether it is still that one: nobody has loaded it anew. */
export const mark = (page) => page.evaluate(() => { window.isMarked = true; });
export async function stayed(page) {
  assert.ok(await page.evaluate(() => window.isMarked), "the page was loaded anew");
}

/** That it says so, at once or when it has heard of it. */
export const shows = (place, text) =>
  place.filter({ hasText: text }).first().waitFor({ state: "visible" });
