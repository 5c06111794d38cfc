import type { VNode } from "preact";

/** A line drawing on a 24-unit square. Always beside words, therefore hidden from assistive technology. */
export function Icon({ name }: { name: IconName }): VNode {
  return (
    <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
      {circles[name]?.map(([cx, cy, r]) => (
        <circle cx={cx} cy={cy} r={r} />
      ))}
      <path d={paths[name]} />
    </svg>
  );
}

export type IconName = keyof typeof paths;

const paths = {
  home: "M4 11.5 12 5l8 6.5V20h-5v-5.5H9V20H4z",
  search: "m16 16 4.5 4.5",
  books: "M5 4h3.5v16H5zM8.5 4H12v16H8.5zM13.5 5.2l3.4-.9 3.9 15-3.4.9z",
  ok: "m8 12.3 2.8 2.8 5.2-5.7",
  tick: "m5 12.5 4.7 4.7L19.5 7",
  wait: "M12 7v5.2l3.4 2",
  late: "M12 4 2.8 19.8h18.4zM12 10v4.5M12 17.2v.1",
  stop: "M8.4 3.5h7.2l5 5v7l-5 5H8.4l-5-5v-7zM12 8v5M12 16v.1",
  info: "M12 11v5.5M12 7.8v.1",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  scan: "M4 8V5h3M17 5h3v3M20 16v3h-3M7 19H4v-3M7.5 9v6M10.5 9v6M13 9v6M16.5 9v6",
  back: "M9 7 4.5 11.5 9 16M5 11.5h10a4.5 4.5 0 0 1 0 9h-3",
  shelf: "M3.5 20.5h17M5 20V6h3v14M8 20V4h3v16M11 20V8h3v12M15.5 20 14.8 9l3-.2.8 11.2",
  truck: "M3 6.5h11v10H3zM14 10h4l3 3v3.5h-7",
  people: "M2.5 19.5c.6-3.6 3.2-5.3 6.5-5.3s5.9 1.7 6.5 5.3M15.5 5.6a3.2 3.2 0 0 1 0 5.8M17.5 14.6c2.2.6 3.6 2.3 4 4.9",
  upload: "M12 16V4.5M7.5 9 12 4.5 16.5 9M4.5 16v3.5h15V16",
  rules: "M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M18.4 5.6l-2.1 2.1M7.7 16.3l-2.1 2.1",
  list: "M9 6h11M9 12h11M9 18h11M4 6h.1M4 12h.1M4 18h.1",
  filter: "M4 6h16M7 12h10M10 18h4",
  cross: "m6 6 12 12M18 6 6 18",
  left: "m15 5-7 7 7 7",
  right: "m9 5 7 7-7 7",
  again: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4.5V9H15",
  box: "M3.8 7.8 12 3.8l8.2 4v8.4L12 20.2l-8.2-4zM3.8 7.8 12 12l8.2-4.2M12 12v8.2",
} as const;

const circles: Partial<Record<IconName, readonly (readonly [number, number, number])[]>> = {
  search: [[11, 11, 6.5]],
  ok: [[12, 12, 8.7]],
  wait: [[12, 12, 8.5]],
  info: [[12, 12, 8.7]],
  truck: [
    [7.5, 17.5, 1.9],
    [17, 17.5, 1.9],
  ],
  people: [[9, 8.5, 3.2]],
  rules: [[12, 12, 3]],
};
