// A small page that shows what the API gives: lessons, a lesson with its words, search.
import { language, say, switchLanguage } from "./words.js";

const main = document.querySelector("#main");
const state = { phases: {}, competencies: {}, leave: [] };

const h = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value || value === "") node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null));
  return node;
};

const notice = (text) => {
  const place = document.querySelector("#notice");
  place.textContent = text;
  place.hidden = !text;
};

async function api(path, method = "GET", body = undefined) {
  const raw = body instanceof Blob;
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: {
      "accept-language": language(),
      ...(body && !raw ? { "content-type": "application/json" } : {}),
    },
    body: raw ? body : body && JSON.stringify(body),
  });
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

const act = (work) => async (event) => {
  notice("");
  event.currentTarget.disabled = true;
  try {
    await work();
  } catch (error) {
    notice(error.message);
  }
  await render();
};

const clock = (ms) => {
  const s = Math.floor(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
};

const named = (noun) => (language() === "zh" ? noun?.zh ?? noun?.name_zh : noun?.en ?? noun?.name_en) ?? "";

function follow(recording, kinds, heard) {
  const source = new EventSource(`/api/v1/events${recording ? `?recording_id=${recording}` : ""}`);
  for (const kind of kinds) source.addEventListener(kind, heard);
  state.leave.push(() => source.close());
}

const progress = (recording) => [
  recording.state === "ready" ? null : h("progress", { max: 1, value: String(recording.progress || 0.001), "aria-label": say(recording.state) }),
  ` ${say(recording.state)} ${recording.state === "processing" ? `${Math.round(recording.progress * 100)}%` : ""}`,
];

const later = (work, pause = 500) => {
  let waiting = null;
  return () => (waiting ??= setTimeout(() => { waiting = null; work(); }, pause));
};

// --- the list --------------------------------------------------------------------------------

async function lessonList() {
  const [lessons, recordings] = await Promise.all([api("/lessons"), api("/recordings")]);
  const known = Object.fromEntries(recordings.items.map((r) => [r.id, r]));
  const picker = h("input", { type: "file", accept: "video/*,audio/*,.mts,.ts,.mkv", hidden: true,
    onchange: async () => {
      const file = picker.files[0];
      notice(`${say("uploading")}：${file.name}`);
      await act(() => api(`/recordings?file_name=${encodeURIComponent(file.name)}`, "POST", file))({ currentTarget: picker });
    } });
  follow(null, ["recording.state", "step.progress", "lesson.changed"], later(render, 1500));
  return [
    h("div", { class: "bar" }, h("h1", {}, say("lessons")),
      h("button", { class: "primary", onclick: () => picker.click() }, say("upload")), picker),
    lessons.items.length ? null : h("p", {}, say("nothing")),
    h("ul", { class: "cards" }, lessons.items.map((lesson) => {
      const recording = known[lesson.parts[0]?.recording_id];
      return h("li", {}, h("a", { href: `#/lesson/${lesson.id}` },
        h("img", { src: recording?.state === "ready" && recording.info?.tracks.some((t) => t.kind === "video") && `/media/recordings/${recording.id}/poster.jpg`, alt: "", loading: "lazy" }),
        h("strong", {}, lesson.title),
        h("span", {}, [lesson.subject, lesson.grade, lesson.class_name, lesson.teacher].filter(Boolean).join(" · ")),
        h("small", {}, recording ? progress(recording) : "")));
    })),
  ];
}

// --- one lesson -------------------------------------------------------------------------------

async function lessonPage(id, at) {
  const lesson = await api(`/lessons/${id}`);
  const recordingId = lesson.parts[0]?.recording_id;
  const recording = await api(`/recordings/${recordingId}`);
  const orElse = (promise, empty) => promise.catch(() => empty);
  const [words, segments, suggestions, clips] = await Promise.all([
    orElse(api(`/recordings/${recordingId}/transcript`), { utterances: [] }),
    api(`/recordings/${recordingId}/segments`),
    api(`/recordings/${recordingId}/suggestions`),
    api(`/clips?recording_id=${recordingId}`),
  ]);
  const length = recording.info?.duration_ms ?? 1;
  const playable = recording.steps.some((s) => ["copy", "ladder"].includes(s.kind) && s.state === "done") || recording.state === "ready";
  const video = h("video", { controls: true, playsinline: true, preload: "metadata",
    src: playable && `/media/recordings/${recordingId}/master.m3u8`,
    poster: playable && recording.info?.tracks.some((t) => t.kind === "video") && `/media/recordings/${recordingId}/poster.jpg` });
  let until = null;
  const play = (start, end = null) => {
    until = end;
    video.currentTime = start / 1000;
    video.play().catch(() => {});
  };
  if (at) video.addEventListener("loadedmetadata", () => { video.currentTime = at / 1000; }, { once: true });

  const lines = words.utterances.map((line) => h("li", {},
    h("button", { class: "line", onclick: () => play(line.start_ms) }, h("time", {}, clock(line.start_ms)), line.text)));
  const cursor = h("i", { class: "cursor" });
  let shown = null;
  video.addEventListener("timeupdate", () => {
    const now = video.currentTime * 1000;
    if (until && now >= until) { until = null; video.pause(); }
    cursor.style.left = `${(100 * now) / length}%`;
    const index = words.utterances.findLastIndex((line) => line.start_ms <= now + 50);
    if (lines[index] === shown) return;
    shown?.classList.remove("now");
    shown = lines[index] ?? null;
    shown?.classList.add("now");
    shown?.parentElement.scrollTo({ top: shown.offsetTop - shown.parentElement.offsetTop - 80, behavior: "smooth" });
  });

  const stretch = (item, kind, label) => {
    const bar = h("button", { class: kind, title: `${clock(item.start_ms)} ${label}`, onclick: () => play(item.start_ms) }, label);
    bar.style.left = `${(100 * item.start_ms) / length}%`;
    bar.style.width = `${(100 * (item.end_ms - item.start_ms)) / length}%`;
    return bar;
  };
  const kinds = Object.keys(state.phases);
  const timeline = h("div", { class: "timeline" },
    h("div", { class: "lane", "aria-label": say("phases") }, segments.map((s) => stretch(s, `phase hue${kinds.indexOf(s.phase)}`, named(state.phases[s.phase]) || s.phase))),
    h("div", { class: "lane", "aria-label": say("suggestions") }, suggestions.filter((s) => s.state !== "dismissed").map((s) => stretch(s, `moment ${s.state}`, s.competency))), cursor);

  const proposal = (s) => {
    const facts = { revision: s.revision, start_ms: s.start_ms, end_ms: s.end_ms, lesson_id: id, competencies: [s.competency], title: s.reasons[0]?.quote.slice(0, 30) ?? "" };
    const open = s.state === "proposed";
    return h("li", { class: s.state },
      h("strong", {}, `${s.competency} ${named(state.competencies[s.competency])}`),
      s.reasons.map((r) => h("q", {}, r.quote)),
      h("span", { class: "actions" },
        h("button", { onclick: () => play(s.start_ms, s.end_ms) }, `▶ ${clock(s.start_ms)}`),
        open ? h("button", { class: "primary", onclick: act(() => api(`/suggestions/${s.id}/accept`, "POST", facts)) }, say("accept")) : null,
        open ? h("button", { onclick: act(() => api(`/suggestions/${s.id}/dismiss`, "POST", { revision: s.revision })) }, say("dismiss")) : null,
        open ? null : h("button", { onclick: act(() => api(`/suggestions/${s.id}/reopen`, "POST", { revision: s.revision })) }, say("reopen"))));
  };
  const made = (clip) => h("li", {}, h("strong", {}, `${clip.competencies.join(" ")} ${clip.title}`),
    h("span", { class: "actions" },
      h("button", { onclick: () => play(clip.start_ms, clip.end_ms) }, `▶ ${clock(clip.start_ms)}`),
      clip.state === "materialised" ? h("a", { href: `/media/clips/${clip.id}.mp4` }, say("download"))
        : h("button", { disabled: clip.state === "cutting", onclick: act(() => api(`/clips/${clip.id}/materialise`, "POST")) }, say(clip.state === "cutting" ? "cutting" : "cut"))));
  const trouble = recording.steps.filter((s) => s.reason && !["ready", "running"].includes(s.state)).map((s) => h("p", { class: "trouble" }, s.reason, " ",
    h("button", { onclick: act(() => api(`/recordings/${recordingId}/steps/${s.kind}/retry`, "POST")) }, say("retry"))));

  const ready = recording.state === "ready";
  follow(recordingId, ready ? ["clip.state"] : ["step.state", "clip.state", "recording.state"], later(() => (video.paused ? render() : null), 800));
  return [
    h("div", { class: "bar" }, h("h1", {}, lesson.title), h("span", {}, [lesson.subject, lesson.grade, lesson.teacher].filter(Boolean).join(" · "))),
    ready ? null : h("p", {}, progress(recording), " ", recording.state === "failed" ? "" : say("working")), trouble,
    h("div", { class: "desk" },
      h("section", {}, video, timeline),
      h("section", {}, h("h2", {}, say("transcript")), lines.length || !ready ? h("ol", { class: "words" }, lines) : h("p", {}, say("silent"))),
      h("section", {}, h("h2", {}, say("suggestions")), h("ul", { class: "found" }, suggestions.map(proposal)), suggestions.length ? null : h("p", {}, say("noSuggestions"))),
      h("section", {}, h("h2", {}, say("clips")), h("ul", { class: "found" }, clips.items.map(made)), clips.items.length ? null : h("p", {}, say("noClips")))),
  ];
}

// --- search -----------------------------------------------------------------------------------

async function searchPage(query) {
  const hits = (await api(`/search?q=${encodeURIComponent(query)}`)).items;
  const marked = (hit) => {
    const pieces = [];
    let at = 0;
    for (const [start, end] of hit.marks) {
      if (start < at) continue;
      pieces.push(hit.snippet.slice(at, start), h("mark", {}, hit.snippet.slice(start, end)));
      at = end;
    }
    return [...pieces, hit.snippet.slice(at)];
  };
  return [
    h("h1", {}, `${say("found")}：${query}`),
    hits.length ? null : h("p", {}, say("notFound")),
    h("ul", { class: "found" }, hits.map((hit) => h("li", {}, h("a", { href: `#/lesson/${hit.lesson_id}/${hit.at_ms}` },
      h("time", {}, clock(hit.at_ms)), " ", marked(hit)), h("small", {}, hit.lesson_title ?? "")))),
  ];
}

// --- the frame --------------------------------------------------------------------------------

async function render() {
  state.leave.splice(0).forEach((leave) => leave());
  document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
  document.querySelector("#language").textContent = say("other");
  document.querySelector("#search input").placeholder = say("search");
  const [page, id, at] = location.hash.slice(2).split("/").map(decodeURIComponent);
  const video = main.querySelector("video");
  const begin = state.address === location.hash && video?.readyState ? 1000 * video.currentTime : Number(at);
  state.address = location.hash;
  try {
    if (page === "lesson") main.replaceChildren(...(await lessonPage(id, begin)).flat().filter(Boolean));
    else if (page === "search") main.replaceChildren(...(await searchPage(id)).filter(Boolean));
    else main.replaceChildren(...(await lessonList()).filter(Boolean));
  } catch (error) {
    notice(error.message);
  }
}

document.querySelector("#language").addEventListener("click", () => { switchLanguage(); render(); });
document.querySelector("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  const query = new FormData(event.target).get("q").trim();
  if (query) location.hash = `#/search/${encodeURIComponent(query)}`;
});
addEventListener("hashchange", () => { notice(""); render(); });
for (const [name, list] of [["phases", await api("/phases")], ["competencies", await api("/competencies")]])
  state[name] = Object.fromEntries(list.map((item) => [item.code, item]));
render();
