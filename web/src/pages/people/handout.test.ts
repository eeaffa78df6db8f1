import { expect, it } from "vitest";
import { cell, listOf } from "./handout";

const row = { row: 2, staff_number: "T1", name: "王老师", outcome: "added" as const, faults: [] };

it("lists only people with a new password", () => {
  const list = listOf([
    { ...row, one_time_password: "abcd-efgh" },
    { ...row, one_time_password: null },
  ]);
  expect(decodeURIComponent(list.split(",").slice(1).join(","))).toBe("\uFEFFT1,王老师,abcd-efgh");
  expect(listOf([{ ...row, one_time_password: null }])).toBe("");
});

it("writes nothing that an office would take for a formula", () => {
  expect(cell("=1+1")).toBe("'=1+1");
  expect(cell('a"b')).toBe('"a""b"');
});
