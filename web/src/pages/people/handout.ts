import type { Noun } from "@/api/client";

/**
 * Return the address of a table of one-time passwords to hand out, or "" where there are none.
 * It is made in the page and never sent anywhere; a mark in front lets offices read it as UTF-8.
 */
export function listOf(rows: readonly Noun<"ImportedRow">[]): string {
  const lines = rows
    .filter((row) => row.one_time_password)
    .map((row) => [row.staff_number, row.name, row.one_time_password ?? ""].map(cell).join(","));
  if (!lines.length) return "";
  return `data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${lines.join("\r\n")}`)}`;
}

/** Quote a cell, so that no office takes it for a formula. */
export function cell(text: string): string {
  const plain = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
