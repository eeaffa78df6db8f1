import { describe, expect, it } from "vitest";
import { moved } from "./address";

describe("addresses of media", () => {
  it("move to the token that is good now, query and host kept", () => {
    const base = "/media/NEW/recordings/7/";
    expect(moved("http://h:1/media/OLD/recordings/7/720p.mp4?v=ab", base)).toBe(
      "http://h:1/media/NEW/recordings/7/720p.mp4?v=ab",
    );
    expect(moved("http://h:1/media/recordings/7/master.m3u8", base)).toBe(
      "http://h:1/media/NEW/recordings/7/master.m3u8",
    );
    const review = "/media/NEW/reviews/5/items/6/";
    expect(moved("http://h:1/media/OLD/reviews/5/items/6/720p.mp4?v=ab", review)).toBe(
      "http://h:1/media/NEW/reviews/5/items/6/720p.mp4?v=ab",
    );
    expect(moved("http://h:1/elsewhere.mp4", base)).toBe("http://h:1/elsewhere.mp4");
  });
});
