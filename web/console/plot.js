// A line over the last day.
import { html, useEffect, useRef } from "./preact-htm.js";
import { t, made, number } from "./text.js";

let library = null;
/** The plotting library comes when the first plot does. */
function loadLibrary() {
  library ||= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = "/console/uplot.js";
    script.onload = () => done(window.uPlot);
    script.onerror = fail;
    document.head.append(script);
  });
  return library;
}

const clock = (seconds) => made("DateTimeFormat", { timeStyle: "short" }).format(new Date(seconds * 1000));

/** `points` as [seconds, value], oldest first. */
export function Plot({ title, points, unit }) {
  const place = useRef(null);
  useEffect(() => {
    let plot = null, isGone = false;
    if (points.length < 2) return undefined;
    loadLibrary().then((uPlot) => {
      if (isGone) return;
      const axis = { stroke: "gray", grid: { stroke: "rgba(128,128,128,.25)" } };
      plot = new uPlot({ width: place.current.clientWidth || 600, height: 160,
        legend: { show: false }, cursor: { show: false },
        series: [{}, { stroke: getComputedStyle(place.current).color, width: 1.5 }],
        axes: [{ ...axis, values: (_, ticks) => ticks.map(clock) },
          { ...axis, values: (_, ticks) => ticks.map((one) => number(one)) }] },
        [points.map(([at]) => at), points.map(([, value]) => value)], place.current);
    }, () => {});
    return () => { isGone = true; plot?.destroy(); };
  }, [points]);
  const values = points.map(([, value]) => value);
  const least = Math.min(...values), most = Math.max(...values);
  return html`<figure><figcaption>${title}</figcaption>
    ${points.length < 2 ? html`<p>${t("rack.no_history")}</p>`
      : html`<div ref=${place} dir="ltr" role="img"
          aria-label=${t("rack.plot", { title, least, most, unit })}></div>`}</figure>`;
}
