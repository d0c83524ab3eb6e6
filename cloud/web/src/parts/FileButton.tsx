import { Button } from "antd";
import { useRef } from "react";

interface Props {
  title: string;
  /** what kinds of files, as the browser's dialog takes it */
  accept?: string;
  multiple?: boolean;
  loading?: boolean;
  primary?: boolean;
  /** as wide as what it stands in, for a thumb */
  large?: boolean;
  onFiles: (files: File[]) => void;
}

/** Opens the browser's file dialog; its own button would speak the browser's language, not the page's. */
export function FileButton({ title, accept, multiple = false, loading = false, primary = false, large = false, onFiles }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button type={primary ? "primary" : "default"} size={large ? "large" : undefined} block={large} loading={loading} onClick={() => input.current?.click()}>
        {title}
      </Button>
      <input
        ref={input}
        className="only-read"
        type="file"
        tabIndex={-1}
        aria-hidden="true"
        accept={accept}
        multiple={multiple}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
