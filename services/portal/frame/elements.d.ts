import "preact";

// The custom elements of browser/, as the templates may write them.
declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      /** Sends its form without leaving the page and shows the element `target` as it is afterwards. */
      "lt-form": HTMLAttributes<HTMLElement> & { target: string; busy?: string; offline: string; signin: string };
      /** A list of suggestions under its input, fetched from `src`. */
      "lt-suggest": HTMLAttributes<HTMLElement> & { src: string };
      /** A field for scanners: the scan commits, the field empties, unsent scans wait in the browser. */
      "lt-scan": HTMLAttributes<HTMLElement> & {
        target: string;
        who: string;
        unsent: string;
        signin: string;
      };
      /** Elements kept up to date from `src`. */
      "lt-live": HTMLAttributes<HTMLElement> & { src: string; slow: string };
      /** The button between light and dark. */
      "lt-theme": HTMLAttributes<HTMLElement>;
    }
  }
}
