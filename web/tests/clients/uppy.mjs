// Sends a file with Uppy, pausing in between.
import Uppy from "@uppy/core";
import Tus from "@uppy/tus";
import { bytes, endpoint, headers } from "./given.mjs";

const uppy = new Uppy({ autoProceed: false }).use(Tus, {
    endpoint,
    headers,
    chunkSize: 400_000,
    retryDelays: [0, 200, 1000],
    storeFingerprintForResuming: false,
});
const id = uppy.addFile({
    name: "七3班.mp4",
    type: "video/mp4",
    data: Object.assign(bytes, { size: bytes.length }), // in Node it sends buffers
    meta: { filename: "七3班.mp4", title: "Uppy" },
});
let paused = false;
uppy.on("upload-progress", (_, progress) => {
    if (paused || progress.bytesUploaded < bytes.length / 3) return;
    paused = true;
    uppy.pauseResume(id);
    setTimeout(() => uppy.pauseResume(id), 300);
});
const result = await uppy.upload();
if (result.failed.length || !result.successful.length) {
    console.error(result.failed);
    process.exit(1);
}
process.exit(0);
