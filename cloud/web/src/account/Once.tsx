import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTexts } from "../preferences";

interface Props {
  title: string;
  hint: string;
  /** what is read this once */
  secret: string;
  copy: string;
  /** what copying takes along, where that is more than the secret */
  copied?: string;
  onClose: () => void;
}

/** Something that the server tells once and never again. */
export function Once({ title, hint, secret, copy, copied = secret, onClose }: Props) {
  const t = useTexts();
  const [done, setDone] = useState(false);
  const box = useRef<HTMLElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <section ref={box} tabIndex={-1} className="card code-card once" role="status">
      <h3>{title}</h3>
      <p>{hint}</p>
      <code>{secret}</code>
      <div className="buttons">
        <Button onClick={() => void navigator.clipboard?.writeText(copied).then(() => setDone(true))}>{done ? t("copied") : copy}</Button>
        <Button type="text" onClick={onClose}>
          {t("close")}
        </Button>
      </div>
    </section>
  );
}
