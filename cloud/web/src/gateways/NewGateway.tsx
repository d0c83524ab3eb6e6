import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTexts } from "../preferences";

/** A code for a gateway that is not in the list yet. */
export function NewGateway({ onWanted }: { onWanted: (gateway: string) => Promise<void> }) {
  const t = useTexts();
  const [gateway, setGateway] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await onWanted(gateway.trim());
    setGateway("");
  };
  return (
    <form className="new-gateway" onSubmit={(event) => void submit(event)}>
      <Input
        aria-label={t("new_gateway")}
        placeholder={t("new_gateway")}
        value={gateway}
        maxLength={64}
        onChange={(event) => setGateway(event.target.value)}
      />
      <Button htmlType="submit" disabled={!/^[A-Za-z0-9_.-]{1,64}$/.test(gateway.trim())}>
        {t("make_code")}
      </Button>
    </form>
  );
}
