// What the page says, in Chinese and in English.
const WORDS = {
  lessons: ["课", "Lessons"],
  upload: ["上传课堂实录", "Upload a recording"],
  nothing: ["还没有课。上传一段课堂实录，或运行 make demo。", "No lessons yet. Upload a recording, or run make demo."],
  search: ["在课堂文字稿和标题中查找", "Search speech and titles"],
  found: ["查找结果", "Found"],
  notFound: ["没有找到。", "Nothing was found."],
  transcript: ["课堂文字稿", "Transcript"],
  silent: ["这段实录中没有人说话。", "Nobody speaks in this recording."],
  suggestions: ["智能推荐（待确认）", "Suggestions (to be confirmed)"],
  noSuggestions: ["没有推荐。", "No suggestions."],
  clips: ["课堂实录片段", "Clips"],
  noClips: ["还没有片段。采用一条推荐即可得到片段。", "No clips yet. Accept a suggestion to get one."],
  accept: ["采用", "Accept"],
  dismiss: ["不采用", "Dismiss"],
  reopen: ["撤销", "Undo"],
  play: ["播放", "Play"],
  cut: ["生成文件", "Make a file"],
  cutting: ["正在生成…", "Being made…"],
  download: ["下载", "Download"],
  retry: ["重试", "Try again"],
  original: ["原文件", "Original"],
  phases: ["教学环节", "Phases"],
  working: ["处理中，页面会自动更新。", "Being processed; this page follows by itself."],
  admitted: ["已入库", "Admitted"],
  processing: ["处理中", "Processing"],
  ready: ["已完成", "Ready"],
  failed: ["处理失败，原文件已保留", "Failed; the original is kept"],
  other: ["English", "中文"],
  uploading: ["正在上传", "Uploading"],
};

export const language = () => localStorage.getItem("language") ?? "zh";
export const switchLanguage = () =>
  localStorage.setItem("language", language() === "zh" ? "en" : "zh");
export const say = (key) => WORDS[key][language() === "zh" ? 0 : 1];
