import { type ComponentChildren, isValidElement, type VNode } from "preact";

/** The element of a page that has this id, without rendering the rest; undefined when the page has none such. */
export function elementById(tree: ComponentChildren, id: string): VNode | undefined {
  if (Array.isArray(tree)) {
    for (const child of tree) {
      const found = elementById(child, id);
      if (found) return found;
    }
    return undefined;
  }
  if (!isValidElement(tree)) return undefined;
  const { type, props } = tree as VNode<{ id?: string; children?: ComponentChildren }>;
  // Our components are plain functions of their props, without hooks or context, so calling one is rendering it.
  if (typeof type === "function") return elementById((type as (props: unknown) => ComponentChildren)(props), id);
  return props.id === id ? tree : elementById(props.children, id);
}
