// Fails when what a browser loads first has grown too large. Run after `npm run build`.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../api/web_dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));

/** Most kB (gzipped scripts) that a page may load before it shows, by the file it begins with. */
const LIMITS = { "index.html": 120, "src/pages/lesson/LessonPage.vue": 350 };

/** Return the scripts that a file brings along before it runs, itself included. */
function scripts(name, found = new Set()) {
    const chunk = manifest[name];
    if (!chunk || found.has(chunk.file)) return found;
    found.add(chunk.file);
    for (const other of chunk.imports ?? []) scripts(other, found);
    return found;
}

const kB = (files) =>
    [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, DIST))).length, 0) /
    1000;

let failed = false;
const entry = scripts("index.html");
for (const [name, limit] of Object.entries(LIMITS)) {
    if (!manifest[name]) {
        console.error(`size: ${name} is not in the build`);
        failed = true;
        continue;
    }
    const files = scripts(name);
    const own = name === "index.html" ? files : new Set([...files].filter((f) => !entry.has(f)));
    // What a page loads when it is asked for (`import()`) counts where it is always asked for.
    for (const later of manifest[name].dynamicImports ?? [])
        if (name !== "index.html" && /hls|media-chrome/.test(later))
            for (const file of scripts(later)) if (!entry.has(file)) own.add(file);
    const size = kB(own);
    const verdict = size > limit ? "TOO LARGE" : "ok";
    console.log(`size: ${name} ${size.toFixed(0)} kB of ${limit} kB gzipped: ${verdict}`);
    failed ||= size > limit;
}
process.exit(failed ? 1 : 0);
