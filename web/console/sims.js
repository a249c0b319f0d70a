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

/** What is written takes the place of what was; what is emptied is taken back. */
function changeOf(sim, form) {
  const change = {};
  const isFixed = (field) => sim.from_file.includes(field);
  if (!isFixed("label")) change.label = form.label.trim() || null;
  if (!isFixed("pools")) change.pools = form.pools.split(/[\s,،、，]+/).filter(Boolean);
  const limits = {};
  for (const one of windows) {
    if (!isFixed(`limits.${one}`)) limits[one] = form[one] === "" ? null : globalThis.Number(form[one]);
  }
  if (!isFixed("limits.min_interval")) limits.min_interval = form.min_interval.trim() || null;
  if (Object.keys(limits).length > 0) change.limits = limits;
  return change;
}

/** Label, pools and limits; what the file sets is shown and not changed. */
export function SimTerms({ sim, user }) {
  const [done, setDone] = useState(false);
  const mayChange = ["admin", "technician"].includes(user.role);
  const fixed = (field) => !mayChange || sim.from_file.includes(field);
  const hint = (field) => mayChange && sim.from_file.includes(field) ? t("sims.from_file") : undefined;
  const send = async (form) => { setDone(false); await patch(pathOf(sim), changeOf(sim, form)); setDone(true); };
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
