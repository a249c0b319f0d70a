// What can be set while the program runs: keywords and automatic answers; and what the file says.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { get, put, remove } from "./api.js";
import { Act, Choice, Empty, Field, Form, Loaded, Said, Table, useLoaded } from "./parts.js";

const wishes = ["opt_out", "opt_in", "help", "command"];
const matches = ["any", "exact", "prefix"];
const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const linesOf = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);

/** A list of the API that this page changes: `again(work)` reads it anew after the work. */
function useEdited(path) {
  const [round, setRound] = useState(0);
  const list = useLoaded(() => get(path), [path, round]);
  return [list, async (work) => { await work; setRound((n) => n + 1); }];
}

// --- keywords -------------------------------------------------------------------------------------

const keywordPath = (one) => `/v1/keywords/${encodeURIComponent(one.words)}`;

function KeywordTable({ items, again }) {
  return html`<${Table} label=${t("keywords.title")}
      head=${[t("keywords.words"), t("keywords.wish"), t("keywords.language"), t("keywords.origin"), t("keywords.remove")]}>${items.map((one) => html`<tr key=${`${one.language} ${one.wish} ${one.words} ${one.phrase}`}>
      <td><${Said} text=${one.words} /></td><td>${word("wish_kind", one.wish)}</td><td><code>${one.language}</code></td>
      <td>${word("origin", one.origin)}</td><td><${Act} className="secondary" confirm=${t("sure")}
        act=${() => again(remove(`${keywordPath(one)}?wish=${one.wish}&language=${one.language}`))}>${t("delete")}<//></td></tr>`)}<//>`;
}

function Keywords() {
  const [list, again] = useEdited("/v1/keywords");
  const [part, setPart] = useState("");
  const add = async ({ words, wish, language }, form) => {
    await again(put(keywordPath({ words }), { wish, language }));
    form.reset();
  };
  const fits = (one) => one.words.toLowerCase().includes(part.toLowerCase()) || one.language === part;
  return html`<details><summary>${t("keywords.add")}</summary><${Form} className="inline" label=${t("keywords.add")} send=${add}>
      <${Field} label=${t("keywords.words")} name="words" required dir="auto" maxlength="80" />
      <${Choice} label=${t("keywords.wish")} name="wish" options=${wishes.map((one) => [one, word("wish_kind", one)])} />
      <${Field} label=${t("keywords.language")} name="language" required dir="ltr" maxlength="8" placeholder="en" /><//></details>
    <details><summary>${t("keywords.show")}</summary>
      <${Field} label=${t("inbox.search")} type="search" dir="auto" onInput=${(event) => setPart(event.currentTarget.value.trim())} />
      <${Loaded} of=${list}>${({ items }) => html`<${KeywordTable} items=${items.filter(fits).slice(0, 200)} again=${again} />`}<//></details>`;
}

// --- automatic answers ----------------------------------------------------------------------------

function answerOf(form) {
  return { enabled: Boolean(form.enabled), place: globalThis.Number(form.place), match: form.match,
    keywords: linesOf(form.keywords), text: form.text,
    hours: { days: days.filter((one) => form[`day.${one}`]), from: form.from, to: form.to, outside: Boolean(form.outside) } };
}

/** Of the new one `answer` is nothing. */
function AnswerForm({ answer, again }) {
  const { name, enabled, place, match, keywords, hours, text } = answer ||
    { name: "", enabled: false, place: 100, match: "any", keywords: [], hours: { days, from: "00:00", to: "24:00", outside: false }, text: "" };
  const send = async (form, element) => {
    await again(put(`/v1/answers/${encodeURIComponent(name || form.name)}`, answerOf(form)));
    if (!answer) element.reset();
  };
  return html`<${Form} label=${t("keep")} send=${send}>
    ${!answer && html`<${Field} label=${t("answers.name")} name="name" required dir="ltr" maxlength="64" />`}
    <label><input type="checkbox" role="switch" name="enabled" defaultChecked=${enabled} /> ${t("answers.enabled")}</label>
    <${Choice} label=${t("answers.match")} name="match" chosen=${match}
      options=${matches.map((one) => [one, word("match", one)])} />
    <label>${t("answers.keywords")}<textarea name="keywords" rows="2" dir="auto" defaultValue=${keywords.join("\n")} /></label>
    <label>${t("answers.text")}<textarea name="text" rows="3" required dir="auto" defaultValue=${text} /></label>
    <fieldset class="limits"><legend>${t("answers.days")}</legend>${days.map((one) => html`<label key=${one}>
      <input type="checkbox" name=${`day.${one}`} defaultChecked=${hours.days.includes(one)} /> ${word("day", one)}</label>`)}</fieldset>
    <div class="limits"><${Field} label=${t("answers.from")} name="from" dir="ltr" defaultValue=${hours.from} pattern="[0-2][0-9]:[0-5][0-9]" />
      <${Field} label=${t("answers.to")} name="to" dir="ltr" defaultValue=${hours.to} pattern="[0-2][0-9]:[0-5][0-9]" />
      <${Field} label=${t("answers.place")} name="place" type="number" min="0" max="10000" defaultValue=${place} /></div>
    <label><input type="checkbox" name="outside" defaultChecked=${hours.outside} /> ${t("answers.outside")}</label><//>`;
}

function Answers() {
  const [list, again] = useEdited("/v1/answers");
  return html`<details><summary>${t("answers.add")}</summary><${AnswerForm} again=${again} /></details>
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("answers.empty")} />`
      : items.map((one) => html`<details key=${one.name}><summary><bdi>${one.name}</bdi>
          ${" "}${one.enabled ? "" : t("answers.off")}</summary><${AnswerForm} answer=${one} again=${again} />
        <${Act} className="secondary" confirm=${t("sure")}
          act=${() => again(remove(`/v1/answers/${encodeURIComponent(one.name)}`))}>${t("delete")}<//></details>`)}<//>`;
}

// --- the file -------------------------------------------------------------------------------------

function File() {
  const file = useLoaded(() => get("/v1/settings"), []);
  return html`<${Loaded} of=${file}>${({ version, summary, notices }) => html`<p>${t("settings.file_hint")}</p>
    ${notices.length > 0 && html`<ul>${notices.map((one) => html`<li dir="ltr">${one}</li>`)}</ul>`}
    <pre dir="ltr" tabindex="0" aria-label=${t("settings.file")}>${summary}</pre>
    <p><small>modembank <code>${version}</code></small></p>`}<//>`;
}

export const Settings = () => html`<h2>${t("answers.title")}</h2><${Answers} />
  <h2>${t("keywords.title")}</h2><${Keywords} />
  <h2>${t("settings.file")}</h2><${File} />`;
