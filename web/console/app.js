// The console: who is signed in, the pages there are, and which of them is open.
import { html, render, useEffect, useState } from "./preact-htm.js";
import { t, chooseLanguage, preferredLanguage, useLanguage } from "./text.js";
import { forget, get, onDoubt, onSignedOut, remove } from "./api.js";
import * as live from "./live.js";
import { Act } from "./parts.js";
import { Languages, SetUp, SignIn } from "./signin.js";
import { Today } from "./today.js";
import { Rack } from "./rack.js";
import { Slot } from "./slot.js";
import { Message, Messages } from "./messages.js";
import { Batch, Batches } from "./batches.js";
import { Compose } from "./compose.js";
import { Conversation, Inbox } from "./inbox.js";
import { Sim, Sims } from "./sims.js";
import { Suppressions } from "./suppressions.js";
import { KeysAndWebhooks } from "./keys.js";
import { Users } from "./users.js";
import { Account } from "./account.js";
import { Settings } from "./settings.js";
import { Audit } from "./audit.js";

const everybody = ["admin", "operator", "technician", "viewer"];
const pages = [
  { path: "today", page: Today, roles: everybody },
  { path: "rack", page: Rack, one: Slot, roles: everybody },
  { path: "messages", page: Messages, one: Message, roles: everybody },
  { path: "batches", page: Batches, one: Batch, roles: everybody, isHidden: true },
  { path: "compose", page: Compose, roles: ["admin", "operator"] },
  { path: "inbox", page: Inbox, one: Conversation, roles: everybody },
  { path: "sims", page: Sims, one: Sim, roles: everybody },
  { path: "suppressions", page: Suppressions, roles: everybody },
  { path: "keys", page: KeysAndWebhooks, roles: ["admin"] },
  { path: "users", page: Users, roles: ["admin"] },
  { path: "settings", page: Settings, roles: ["admin"] },
  { path: "audit", page: Audit, roles: ["admin"] },
  { path: "account", page: Account, roles: everybody, isHidden: true },
];

/** "#/rack/slot-01?x=1" → ["rack", "slot-01"]. */
const steps = () => location.hash.replace(/^#\//, "").split("?")[0].split("/").map((step) => {
  try { return decodeURIComponent(step); } catch { return step; }
});
const query = () => Object.fromEntries(new URLSearchParams(location.hash.split("?")[1] || ""));

function useSteps() {
  const [now, setNow] = useState(steps());
  useEffect(() => {
    const turn = () => { setNow(steps()); document.getElementById("page")?.focus(); };
    addEventListener("hashchange", turn);
    return () => removeEventListener("hashchange", turn);
  }, []);
  return now;
}

function Link() {
  const [state, setState] = useState("closed");
  useEffect(() => live.onState(setState), []);
  if (state !== "lost") return null;
  return html`<p role="status" class="lost">${t("live.lost")}</p>`;
}

function Shell({ user, leave, choose }) {
  const [first, ...rest] = useSteps();
  const [isOpen, setIsOpen] = useState(false);
  const mine = pages.filter((one) => one.roles.includes(user.role));
  const open = mine.find((one) => one.path === first) || mine[0];
  const Page = rest[0] && open.one ? open.one : open.page;
  useEffect(() => { document.title = `${t(`page.${open.path}`)} · modembank`; setIsOpen(false); }, [first]);
  const skip = (event) => { event.preventDefault(); document.getElementById("page").focus(); };
  return html`<a class="skip" href="#page" onClick=${skip}>${t("skip")}</a>
    <header><strong>modembank</strong>
      <button class="menu secondary" aria-expanded=${isOpen} aria-controls="nav"
        onClick=${() => setIsOpen(!isOpen)}>${t("menu")}</button>
      <nav id="nav" class=${isOpen ? "open" : ""} aria-label=${t("menu")}><ul>
        ${mine.filter((one) => !one.isHidden).map((one) => html`<li><a href=${`#/${one.path}`}
          aria-current=${one === open ? "page" : undefined}>${t(`page.${one.path}`)}</a></li>`)}
      </ul></nav>
      <details class="who"><summary dir="ltr">${user.name}</summary>
        <a href="#/account">${t("page.account")}</a>
        <${Languages} choose=${choose} />
        <${Act} className="secondary" act=${leave}>${t("signout")}<//></details></header>
    <${Link} />
    <main id="page" tabindex="-1">${Page !== open.one && html`<h1>${t(`page.${open.path}`)}</h1>`}
      <${Page} key=${[first, ...rest].join("/")} user=${user} id=${rest[0]} query=${query()} /></main>`;
}

function App() {
  const [user, setUser] = useState(undefined);  // undefined: not known yet; null: nobody
  const [because, setBecause] = useState("");
  const [, redraw] = useState(0);
  const where = useSteps();
  useEffect(() => {
    onSignedOut(() => setUser((before) => { if (before) setBecause(t("signin.over")); live.close(); return null; }));
    const look = () => get("/v1/session").then((session) => setUser(session.user), () => {});
    onDoubt(look);
    get("/v1/session").then((session) => { live.open(); setUser(session.user); }, () => setUser(null));
    return live.onHappening((type) => {
      if (type === "reset" || type === "refused") look();
    });
  }, []);
  const choose = async (code) => { await chooseLanguage(code); redraw((n) => n + 1); };
  const enter = (session) => { setBecause(""); live.open(); setUser(session.user); if (where[0] === "setup") location.hash = "#/today"; };
  const leave = async () => { await remove("/v1/session"); live.close(); forget(); setUser(null); };
  if (user === undefined) return html`<p aria-busy="true">${t("loading")}</p>`;
  if (where[0] === "setup" && where[1]) return html`<${SetUp} token=${where[1]} enter=${enter} choose=${choose} />`;
  if (!user) return html`<${SignIn} enter=${enter} choose=${choose} because=${because} />`;
  return html`<${Shell} key=${`${user.id} ${user.role}`} user=${user} leave=${leave} choose=${choose} />`;
}

await useLanguage(preferredLanguage());
render(html`<${App} />`, document.getElementById("app"));
