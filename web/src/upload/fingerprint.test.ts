import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fingerprintOf } from "./fingerprint";

const expected = (size: number, ...parts: Uint8Array[]) => {
  const digest = createHash("sha256").update(String(size));
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
};

describe("a fingerprint", () => {
  it("takes a short file whole, once", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await fingerprintOf(new Blob([bytes]))).toBe(expected(3, bytes));
  });

  it("takes both ends of a long one", async () => {
    const bytes = new Uint8Array(3 << 20).map((_, n) => n % 251);
    const ends = [bytes.subarray(0, 1 << 20), bytes.subarray(2 << 20)];
    expect(await fingerprintOf(new Blob([bytes]))).toBe(expected(3 << 20, ...ends));
  });
});
