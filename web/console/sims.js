// SIMs: what each may still send, its limits and its pools.
import { html, useState } from "./preact-htm.js";
import { t, number, word } from "./text.js";
import { all, get, patch } from "./api.js";
import { Empty, Facts, Field, Form, Loaded, Number, Said, State, Table, When, useLoaded } from "./parts.js";

const windows = ["per_minute", "per_hour", "per_day", "per_month"];
const outside = (sim) => sim.iccid || `imsi:${sim.imsi}`;
const pathOf = (sim) => `/v1/sims/${encodeURIComponent(outside(sim))}`;

const Left = ({ sim }) => windows.filter((one) => sim.left[one] != null).map((one) => html`<div>
  ${t("sims.left_of", { left: sim.left[one], limit: sim.limits[one], window: word("window", one) })}</div>`);

const Slot = ({ modem }) => modem
  ? html`<a href=${`#/rack/${encodeURIComponent(modem)}`}><bdi>${modem}</bdi></a>` : "–";

const Balance = ({ balance }) => balance
  ? html`${number(balance.amount)} <small><${When} at=${balance.at} /></small>` : "–";

export function Sims() {
  const sims = useLoaded(() => all("/v1/sims"), [], ["sim.changed"]);
  return html`<${Loaded} of=${sims}>${(items) => items.length === 0
    ? html`<${Empty} what=${t("sims.empty")} />`
    : html`<${Table} label=${t("page.sims")}
      head=${[t("sims.label"), t("sims.number"), t("message.state"), t("rack.slot"), t("sims.pools"), t("sims.left"), t("sims.balance")]}>${items.map((sim) => html`<tr key=${outside(sim)}>
        <td><a href=${`#/sims/${encodeURIComponent(outside(sim))}`}><bdi>${sim.label || outside(sim)}</bdi></a></td>
        <td><${Number} value=${sim.number} /></td>
        <td><${State} group="sim" value=${sim.state} /></td><td><${Slot} modem=${sim.modem} /></td>
        <td><bdi>${sim.pools.join(", ")}</bdi></td><td><${Left} sim=${sim} /></td>
        <td><${Balance} balance=${sim.balance} /></td></tr>`)}<//>`}<//>`;
}

const wordsOf = (text) => text.split(/[\s,،、，]+/).filter(Boolean);
const orNull = (text) => text.trim() || null;

/** What differs from what the form was opened with, and nothing else: the rest is left as it is. */
function changeOf({ elements }) {
  const change = {}, limits = {};
  const changed = (name) => elements[name].value !== elements[name].defaultValue;
  if (changed("label")) change.label = orNull(elements.label.value);
  if (changed("pools")) change.pools = wordsOf(elements.pools.value);
  for (const one of windows) {
    const { value } = elements[one];
    if (changed(one)) limits[one] = value === "" ? null : globalThis.Number(value);
  }
  if (changed("min_interval")) limits.min_interval = orNull(elements.min_interval.value);
  return Object.keys(limits).length > 0 ? { ...change, limits } : change;
}

/** Label, pools and limits; what the file sets is shown and not changed. */
export function SimTerms({ sim, user }) {
  const [done, setDone] = useState(false);
  const mayChange = ["admin", "technician"].includes(user.role);
  const fixed = (field) => !mayChange || sim.from_file.includes(field);
  const hint = (field) => mayChange && sim.from_file.includes(field) ? t("sims.from_file") : undefined;
  const send = async (_, form) => { setDone(false); await patch(pathOf(sim), changeOf(form)); setDone(true); };
  const fields = html`<${Field} label=${t("sims.name")} name="label" maxlength="128"
      defaultValue=${sim.label || ""} readonly=${fixed("label")} hint=${hint("label")} dir="auto" />
    <${Field} label=${t("sims.pools")} name="pools" dir="ltr" defaultValue=${sim.pools.join(", ")}
      readonly=${fixed("pools")} hint=${hint("pools") || t("sims.pools_hint")} />
    <fieldset class="limits"><legend>${t("sims.limits")}</legend>
      ${windows.map((one) => html`<${Field} key=${one} label=${word("window", one)} name=${one} type="number"
        min="0" max="10000000" step="1" defaultValue=${sim.limits[one] ?? ""}
        readonly=${fixed(`limits.${one}`)} hint=${hint(`limits.${one}`)} />`)}
      <${Field} label=${t("sims.interval")} name="min_interval" dir="ltr" placeholder="5s"
        defaultValue=${sim.limits.min_interval || ""} readonly=${fixed("limits.min_interval")}
        hint=${hint("limits.min_interval")} /></fieldset>
    <p><small>${t("sims.limits_hint")}</small></p>`;
  return html`<p><${Left} sim=${sim} /></p>
    ${mayChange ? html`<${Form} className="terms" label=${t("keep")} send=${send}>${fields}<//>`
      : html`<div class="terms">${fields}</div>`}
    ${done && html`<p role="status" class="well">${t("sims.kept")}</p>`}`;
}

export function Sim({ id, user }) {
  const sim = useLoaded(() => get(`/v1/sims/${encodeURIComponent(id)}`), [id], ["sim.changed"]);
  return html`<p><a href="#/sims">${t("page.sims")}</a></p>
    <${Loaded} of=${sim}>${(one) => html`<h1><bdi>${one.label || outside(one)}</bdi></h1>
      <p><${State} group="sim" value=${one.state} /> <${Slot} modem=${one.modem} /></p>
      <${SimTerms} sim=${one} user=${user} />
      <${Facts} of=${one} names=${["iccid", "imsi", "number", "operator"]} />
      ${one.balance && html`<h2>${t("sims.balance")}</h2><p><${Balance} balance=${one.balance} />
        <${Said} text=${one.balance.text} /></p>`}`}<//>`;
}
