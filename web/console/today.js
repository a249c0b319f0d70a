// What is sending, what is wrong, and who wrote back, at a glance.
import { html } from "./preact-htm.js";
import { t, number, percent, told, word } from "./text.js";
import { get, post } from "./api.js";
import { Act, Empty, Loaded, Number, Said, Table, When, useLoaded } from "./parts.js";

const worst = { critical: 0, warning: 1 };

/** Of those whose reports have come. */
const shareOf = ({ delivered, undelivered }) =>
  delivered + undelivered === 0 ? "–" : percent(delivered / (delivered + undelivered));

const Figure = ({ label, value, note }) => html`<div class="figure"><dt>${label}</dt>
  <dd>${value}${note && html`<small>${note}</small>`}</dd></div>`;

export function Alarms({ user }) {
  const alarms = useLoaded(() => get("/v1/alarms?state=open&limit=100"), [], ["alarm.*"]);
  const maySee = user.role !== "viewer";
  return html`<${Loaded} of=${alarms}>${({ items }) => items.length === 0
    ? html`<p class="well">${t("alarms.none")}</p>`
    : html`<ul class="alarms">${[...items].sort((a, b) => worst[a.severity] - worst[b.severity]).map((one) => html`
      <li key=${one.id} class=${`alarm ${one.severity}`}>
        <strong>${word("alarm", one.kind)}: <bdi>${one.subject}</bdi></strong>
        <p><${Said} text=${one.detail} /></p>
        ${one.do && html`<p><em>${t("do")}</em> <${Said} text=${told(one.do)} /></p>`}
        <small>${t("since")} <${When} at=${one.raised_at} /></small>
        ${one.acknowledged_at
          ? html`<small>${t("alarms.known", { who: one.acknowledged_by })}</small>`
          : maySee && html`<${Act} className="secondary"
              act=${() => post(`/v1/alarms/${one.id}/acknowledge`)}>${t("alarms.acknowledge")}<//>`}
      </li>`)}</ul>`}<//>`;
}

export function Today({ user }) {
  const today = useLoaded(() => get("/v1/today"), [], ["message.*", "inbound.*", "suppression.changed"]);
  return html`<section aria-label=${t("alarms.title")}><h2>${t("alarms.title")}</h2>
      <${Alarms} user=${user} /></section>
    <${Loaded} of=${today}>${(now) => html`
      <dl class="figures">
        <${Figure} label=${t("today.sending")} value=${number(now.sending)} />
        <${Figure} label=${t("today.queued")} value=${number(now.queued)} />
        <${Figure} label=${t("today.parts")} value=${number(now.parts)} />
        <${Figure} label=${t("today.delivered")}
          value=${shareOf(now)} />
        <${Figure} label=${t("today.replies")} value=${number(now.replies)} />
        <${Figure} label=${t("today.opt_outs")} value=${number(now.opt_outs)} />
      </dl>
      <section><h2>${t("today.held")}</h2>
        ${now.holds.length === 0 ? html`<p>${t("today.nothing_held")}</p>` : html`<${Table} label=${t("today.held")}
      head=${[t("today.why"), t("today.how_many"), t("today.until")]}>${now.holds.map((hold) => html`<tr><td>${word("hold", hold.reason)}</td>
            <td>${number(hold.messages)}${hold.is_least && "+"}</td>
            <td><${When} at=${hold.until} /></td></tr>`)}<//>`}</section>
      <section><h2>${t("today.under_way")}</h2>
        ${now.under_way.length === 0 ? html`<${Empty} what=${t("today.idle")}>
          <p><a href="#/compose">${t("today.begin")}</a></p><//>` : html`<ul class="plain">${now.under_way.map((one) => html`
          <li><a href=${`#/messages/${one.id}`}><${Number} value=${one.to} /></a> ${one.modem}
            ${t("parts_of", { sent: one.parts_sent, parts: one.parts })}</li>`)}</ul>`}</section>`}<//>`;
}
