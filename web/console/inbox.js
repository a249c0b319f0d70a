// Who wrote back: conversations, and answers by the SIM that was written to.
import { html, useEffect, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { get, post, put, remove, withQuery } from "./api.js";
import { Act, Choice, Empty, Evidence, Field, Form, Loaded, More, Number, Said, State, When, useLoaded, usePages } from "./parts.js";

const happens = ["inbound.*", "message.*", "suppression.changed"];
const mayWrite = (user) => ["admin", "operator"].includes(user.role);

export function Inbox() {
  const [filter, setFilter] = useState("open");
  const [query, setQuery] = useState("");
  const path = query ? withQuery("/v1/conversations/search", { q: query })
    : withQuery("/v1/conversations", filter === "unread" ? { unread: "true" } : { state: filter });
  const list = usePages(path, ["inbound.*"]);
  return html`<form class="filter" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${Field} label=${t("inbox.search")} type="search" dir="auto" onChange=${(event) => setQuery(event.currentTarget.value.trim())} />
      <${Choice} label=${t("inbox.show")} value=${filter} onChange=${(event) => setFilter(event.currentTarget.value)}
        options=${[["open", t("inbox.open")], ["unread", t("inbox.unread")], ["done", t("inbox.done")], ["", t("all")]]} /></form>
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${query ? t("inbox.not_found") : t("inbox.empty")} />`
      : html`<ul class="conversations">${items.map((hit) => {
        const talk = hit.inbound ? { id: hit.conversation, party: hit.inbound.from, unread: 0,
          last_at: hit.inbound.received_at } : hit;
        return html`<li key=${hit.inbound ? hit.inbound.id : talk.id} class=${talk.unread ? "unread" : ""}><a href=${`#/inbox/${talk.id}`}>
          <strong><${Number} value=${talk.party} /></strong> ${talk.unread > 0 && html`<span class="badge">${t("inbox.count", { n: talk.unread })}</span>`}
          <span class="cut"><${Said} text=${(hit.inbound && hit.inbound.text) || talk.last_text || ""} /></span>
          <small><${When} at=${talk.last_at} /></small></a></li>`;
      })}</ul><${More} more=${list.more} />`}<//>`;
}

function Item({ item }) {
  if (item.kind === "note") {
    return html`<li class="note"><small>${item.by} · <${When} at=${item.at} /></small><p><${Said} text=${item.text} /></p></li>`;
  }
  if (item.kind === "in") {
    return html`<li class="in"><p><${Said} text=${item.inbound.text ?? t("message.text_gone")} /></p>
      <small><${When} at=${item.at} /> <bdi>${item.inbound.modem || ""}</bdi></small></li>`;
  }
  return html`<li class="out"><p><${Said} text=${item.message.text ?? t("message.text_gone")} /></p>
    <small><${State} group="state" value=${item.message.state} /> <${When} at=${item.at} /></small></li>`;
}

/** Whether the number may be written to, where it is decided. */
function Wishes({ party, user }) {
  const path = `/v1/suppressions/${encodeURIComponent(party)}`;
  const wish = useLoaded(() => get(path).catch((problem) => {
    if (problem.status === 404) return null;
    throw problem;
  }), [party], ["suppression.changed"]);
  return html`<${Loaded} of=${wish}>${(found) => found === null
    ? mayWrite(user) && html`<div class="acts"><${Act} className="secondary" confirm=${t("wish.stop_sure")}
        act=${() => put(path, { scope: "all" })}>${t("wish.stop")}<//></div>`
    : html`<div class="wish"><p role="status"><strong>${found.held ? t("wish.held")
        : t("wish.stopped", { scope: word("scope", found.scope) })}</strong>
        ${" "}<small><${When} at=${found.since} /> ${found.evidence && html`· <${Evidence} text=${found.evidence} />`}</small></p>
      <div class="acts">${found.held && mayWrite(user) && html`<${Act} act=${() => post(`${path}/confirm`)}>${t("wish.confirm")}<//>
        <${Act} className="secondary" act=${() => post(`${path}/dismiss`)}>${t("wish.dismiss")}<//>`}
      ${user.role === "admin" && html`<${Act} className="secondary" confirm=${t("wish.lift_sure")}
        act=${() => remove(path)}>${t("wish.lift")}<//>`}</div></div>`}<//>`;
}

const Wished = ({ path, now, again }) => html`<div class="acts">${now.state === "open"
  ? html`<${Act} className="secondary" act=${() => again(post(`${path}/done`))}>${t("inbox.set_done")}<//>`
  : html`<${Act} className="secondary" act=${() => again(post(`${path}/open`))}>${t("inbox.set_open")}<//>`}</div>`;

const Answer = ({ path, again }) => html`<${Form} label=${t("inbox.reply")}
    send=${async ({ text }, form) => { await again(post(`${path}/reply`, { text })); form.reset(); }}>
  <label>${t("inbox.reply_text")}<textarea name="text" rows="3" required dir="auto" /></label><//>`;

const Note = ({ path, again }) => html`<details><summary>${t("inbox.note")}</summary><${Form} label=${t("inbox.note_keep")}
    send=${async ({ text }, form) => { await again(post(`${path}/notes`, { text })); form.reset(); }}>
  <label>${t("inbox.note")}<textarea name="text" rows="2" maxlength="4000" required dir="auto" /></label><//></details>`;

export function Conversation({ id, user }) {
  const path = `/v1/conversations/${id}`;
  const [round, setRound] = useState(0);
  const talk = useLoaded(() => get(path), [id, round], happens);
  const items = usePages(`${path}/items`, happens, [round]);
  const again = async (work) => { await work; setRound((n) => n + 1); };
  const isNew = Boolean(talk.value && talk.value.unread > 0);
  useEffect(() => {
    if (isNew && mayWrite(user)) again(post(`${path}/read`)).catch(() => {});
  }, [id, isNew]);
  return html`<div><p><a href="#/inbox">${t("page.inbox")}</a></p>
    <${Loaded} of=${talk}>${(now) => html`<h1><${Number} value=${now.party} /></h1>
      ${now.kind === "number" && html`<${Wishes} party=${now.party} user=${user} />`}
      ${mayWrite(user) && html`<${Wished} path=${path} now=${now} again=${again} />
        ${now.kind === "name" ? html`<p>${t("inbox.nobody")}</p>` : html`<${Answer} path=${path} again=${again} />`}`}`}<//>
    <${Loaded} of=${items}>${(page) => html`<ol class="talk">${page.items.map((item) =>
      html`<${Item} key=${`${item.kind} ${item.at} ${(item.inbound || item.message || {}).id}`} item=${item} />`)}</ol>
      <${More} more=${items.more} />`}<//>
    ${mayWrite(user) && html`<${Note} path=${path} again=${again} />`}</div>`;
}
