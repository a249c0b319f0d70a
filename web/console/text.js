// What people read: every string from one catalogue, numbers and times as their language has them.

const languages = {
  en: { name: "English", locale: "en-GB", dir: "ltr" },
  fa: { name: "فارسی", locale: "fa-IR-u-ca-persian-nu-arabext", dir: "rtl" },
  zh: { name: "中文", locale: "zh-CN", dir: "ltr" },
  vi: { name: "Tiếng Việt", locale: "vi-VN", dir: "ltr" },
};

let catalogue = {};
let language = "en";

export const languageNames = Object.entries(languages).map(([code, { name }]) => [code, name]);
export const locale = () => languages[language].locale;
export const currentLanguage = () => language;
export const direction = () => languages[language].dir;

/** The one that was chosen here, else the first of the browser's that there is. */
export function preferredLanguage() {
  const wanted = [localStorage.getItem("language"), ...navigator.languages];
  return wanted.map((one) => (one || "").slice(0, 2)).find((one) => one in languages) || "en";
}

export async function useLanguage(code) {
  const response = await fetch(`/console/${code}.json`);
  catalogue = await response.json();
  language = code;
  document.documentElement.lang = code;
  document.documentElement.dir = direction();
}

export async function chooseLanguage(code) {
  localStorage.setItem("language", code);
  await useLanguage(code);
}

const kept = new Map();
/** A formatter of the language: to make one takes longer than to use it a hundred times. */
export function made(kind, options) {
  const key = `${kind} ${language} ${JSON.stringify(options)}`;
  if (!kept.has(key)) kept.set(key, new Intl[kind](locale(), options));
  return kept.get(key);
}

/**
 * The text of a key, with {name} replaced. A text that depends on how many there are is an object
 * by plural category: {"one":"{n} message","other":"{n} messages"}.
 */
export function t(key, values = {}) {
  let text = catalogue[key];
  if (text === undefined) return key;
  if (typeof text === "object") {
    const category = made("PluralRules").select(values.n);
    text = text[category] || text.other;
  }
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : value === undefined ? "" : String(value);
  });
}

/** Whether there is such a text: for words of the API that may be new. */
export const has = (key) => key in catalogue;
/** A word of the API ("delivered") in the reader's language, else as it is. */
export const word = (group, value) => (has(`${group}.${value}`) ? t(`${group}.${value}`) : value);

/** What the program says of a modem, in the reader's language; what is new to the catalogue as it is. */
export function told(text) {
  const device = (text || "").split(" ", 1)[0];
  const key = device.startsWith("/") ? text.replace(device, "{device}") : text;
  return has(`told.${key}`) ? t(`told.${key}`, { device }) : text;
}

export const number = (value, options) => made("NumberFormat", options).format(value);
export const percent = (share) => number(share, { style: "percent", maximumFractionDigits: 1 });
export const time = (at) =>
  made("DateTimeFormat", { dateStyle: "medium", timeStyle: "short" }).format(new Date(at));

const steps = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
/** "3 minutes ago", "in 2 hours". */
export function ago(at, now = Date.now()) {
  const seconds = Math.round((new Date(at) - now) / 1000);
  const [unit, size] = steps.find(([, least]) => Math.abs(seconds) >= least) || steps[3];
  return made("RelativeTimeFormat", { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
/** To the millisecond, in the reader's zone, and in the digits of what modems say. */
export const stamp = (at) => {
  const when = new Date(at);
  return `${when.toLocaleTimeString("en-GB")}.${String(when.getMilliseconds()).padStart(3, "0")}`;
};
/** Without what would end the isolation that it is put into. */
const plain = (text) => String(text).replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
/** What has a direction of its own, among other text. */
export const isolated = (text) => `\u2068${plain(text)}\u2069`;
/** A telephone number reads from left to right in every language. */
export const ltr = (text) => `\u2066${plain(text)}\u2069`;
