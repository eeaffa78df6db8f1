// What a test hands over: where to send, what, and as whom.
import { readFileSync } from "node:fs";

export const endpoint = process.env.GUANKE_UPLOADS;
export const headers = JSON.parse(process.env.GUANKE_HEADERS);
export const bytes = readFileSync(process.env.GUANKE_FILE);
