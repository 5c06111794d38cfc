import type { ComponentChildren, VNode } from "preact";

/** A table in a box of its own that scrolls sideways, reachable by keyboard. */
export function Table(props: {
  label: string;
  columns: readonly string[];
  id?: string;
  fit?: boolean;
  children: ComponentChildren;
}): VNode {
  const { label, columns, id, fit, children } = props;
  return (
    <div class={`tblbox${fit ? " fit" : ""}`} tabIndex={0} role="region" aria-label={label} id={id}>
      <table class="tbl">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
