// Before anybody is signed in: signing in, and choosing a password by a set-up link.
import { html, useEffect, useState } from "./preact-htm.js";
import { t, languageNames, currentLanguage, time } from "./text.js";
import { post } from "./api.js";
import { Choice, Field, Form, Trouble } from "./parts.js";

export const Languages = ({ choose }) => html`<${Choice} label=${t("language")}
  options=${languageNames} value=${currentLanguage()}
  onChange=${(event) => choose(event.currentTarget.value)} />`;

export function SignIn({ enter, choose, because }) {
  const [wantsCode, setWantsCode] = useState(false);
  const send = async ({ name, password, code }) => {
    try {
      enter(await post("/v1/session", code ? { name, password, code } : { name, password }));
    } catch (problem) {
      if (problem.name !== "code_wanted") throw problem;
      setWantsCode(true);
    }
  };
  return html`<main class="narrow"><h1>modembank</h1>
    ${because && html`<p role="status">${because}</p>`}
    <${Form} send=${send} label=${t("signin.enter")}>
      <${Field} label=${t("signin.name")} name="name" autocomplete="username" required autofocus
        dir="ltr" maxlength="64" />
      <${Field} label=${t("signin.password")} name="password" type="password"
        autocomplete="current-password" required maxlength="256" />
      ${wantsCode && html`<${Field} label=${t("signin.code")} name="code" inputmode="numeric"
        autocomplete="one-time-code" required hint=${t("signin.code_hint")} dir="ltr" />`}
    <//>
    <p><small>${t("signin.forgotten")}</small></p>
    <${Languages} choose=${choose} /></main>`;
}

export function SetUp({ token, enter, choose }) {
  const [link, setLink] = useState(null);
  const [problem, setProblem] = useState(null);
  const [isSet, setIsSet] = useState(false);
  useEffect(() => { post("/v1/setup/link", { token }).then(setLink, setProblem); }, [token]);
  const send = async ({ name, password, again }) => {
    if (password !== again) throw { message: t("setup.differ"), errors: [] };
    try {
      enter(await post("/v1/setup", { token, name: link.name || name, password }));
    } catch (problem) {
      if (problem.name !== "code_wanted") throw problem;
      setIsSet(true);  // who has a second factor signs in with it
    }
  };
  if (isSet) {
    return html`<main class="narrow"><h1>modembank</h1><p role="status">${t("setup.sign_in")}</p>
      <p><a href="#/today">${t("signin.enter")}</a></p></main>`;
  }
  return html`<main class="narrow"><h1>modembank</h1>
    <${Trouble} problem=${problem} />
    ${link && html`<p>${link.name ? t("setup.for", { name: link.name }) : t("setup.first")}
      ${" "}${t("setup.until", { at: time(link.expires_at) })}</p>
    <${Form} send=${send} label=${t("setup.done")}>
      ${!link.name && html`<${Field} label=${t("signin.name")} name="name" required dir="ltr"
        autocomplete="username" maxlength="64" hint=${t("setup.name_hint")} />`}
      <${Field} label=${t("signin.password")} name="password" type="password" required
        autocomplete="new-password" minlength="10" maxlength="256" hint=${t("setup.password_hint")} />
      <${Field} label=${t("setup.again")} name="again" type="password" required
        autocomplete="new-password" />
    <//>`}
    <${Languages} choose=${choose} /></main>`;
}
