// Sends a file with tus-js-client: breaks off in the middle, then goes on with the same upload.
import { Upload } from "tus-js-client";
import { bytes, endpoint, headers } from "./given.mjs";

const options = {
    endpoint,
    headers,
    chunkSize: 400_000,
    retryDelays: [0, 200, 1000],
    uploadDataDuringCreation: true,
    metadata: { filename: "七3班.mp4", title: "tus-js-client" },
};

const url = await new Promise((done, failed) => {
    const upload = new Upload(bytes, {
        ...options,
        onError: failed,
        onSuccess: () => failed(new Error("it was to break off")),
        onChunkComplete: (_, sent) => {
            if (sent > bytes.length / 2) upload.abort().then(() => done(upload.url), failed);
        },
    });
    upload.start();
});
await new Promise((done, failed) =>
    new Upload(bytes, { ...options, uploadUrl: url, onError: failed, onSuccess: done }).start(),
);
