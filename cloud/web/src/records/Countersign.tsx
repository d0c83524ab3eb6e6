import { Button, Input, Select } from "antd";
import { useState } from "react";
import type { AskedOpinion, CountersignPerson } from "../api";
import { request, useResource } from "../client";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useDeed } from "../parts/useDeed";
import { useTexts } from "../preferences";
import { tellStep } from "./steps";

const LONGEST = 500;

interface Props {
  /** the record's address below the interface */
  address: string;
  onDone: () => void;
}

/** Asks one more person before deciding: whom, and what. */
export function AskOpinion({ address, onDone }: Props) {
  const t = useTexts();
  const [open, setOpen] = useState(false);
  const [person, setPerson] = useState<number | null>(null);
  const [question, setQuestion] = useState("");
  const people = useResource<CountersignPerson[]>(open ? `${address}/countersigners` : null);
  const { busy, problem, act } = useDeed();
  const send = () =>
    act(async () => {
      await request("POST", `${address}/countersign`, { account_id: person, question: question.trim() });
      onDone();
      tellStep();
    });
  if (!open)
    return (
      <div className="buttons">
        <Button onClick={() => setOpen(true)}>{t("countersign")}</Button>
      </div>
    );
  return (
    <div className="countersign">
      <p className="secondary">{t("countersign_hint")}</p>
      <Select
        aria-label={t("countersign_whom")}
        placeholder={t("countersign_whom")}
        showSearch={{ optionFilterProp: "label" }}
        loading={people.data === null}
        value={person ?? undefined}
        onChange={setPerson}
        options={people.data?.map((one) => ({ value: one.id, label: one.name }))}
      />
      <Input.TextArea
        aria-label={t("countersign_question")}
        placeholder={t("countersign_question")}
        maxLength={LONGEST}
        autoSize={{ minRows: 2, maxRows: 8 }}
        value={question}
        onChange={(event) => setQuestion(event.target.value)}
      />
      <div className="buttons">
        <Button type="primary" loading={busy} disabled={person === null || !question.trim()} onClick={() => void send()}>
          {t("countersign_send")}
        </Button>
        <Button onClick={() => setOpen(false)}>{t("abandon")}</Button>
      </div>
      {(problem ?? people.problem) && <ProblemPanel problem={(problem ?? people.problem)!} />}
    </div>
  );
}

/** Whose opinion is awaited; to that person, where to give it. */
export function GiveOpinion({ address, asked, onDone }: Props & { asked: AskedOpinion }) {
  const t = useTexts();
  const [opinion, setOpinion] = useState("");
  const { busy, problem, act } = useDeed();
  const send = (agrees: boolean) =>
    act(async () => {
      await request("POST", `${address}/countersigned`, { agrees, opinion: opinion.trim() });
      onDone();
      tellStep();
    });
  if (!asked.is_me) return <p className="secondary">{t("countersign_awaited", { who: asked.name })}</p>;
  return (
    <div className="countersign">
      <p>{t("countersign_asked", { who: asked.by ?? t("the_platform"), question: asked.question })}</p>
      <Input.TextArea
        aria-label={t("countersign_opinion")}
        placeholder={t("countersign_opinion")}
        maxLength={LONGEST}
        autoSize={{ minRows: 2, maxRows: 8 }}
        value={opinion}
        onChange={(event) => setOpinion(event.target.value)}
      />
      <div className="buttons">
        <Button type="primary" disabled={busy} onClick={() => void send(true)}>
          {t("countersign_agree")}
        </Button>
        <Button disabled={busy} onClick={() => void send(false)}>
          {t("countersign_disagree")}
        </Button>
      </div>
      {problem && <ProblemPanel problem={problem} />}
    </div>
  );
}
