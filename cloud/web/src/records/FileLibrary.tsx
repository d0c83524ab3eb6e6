import { Skeleton } from "antd";
import { useState } from "react";
import type { Attachment } from "../api";
import { type Problem, request, RequestError, useResource } from "../client";
import { clockOf, dateOf } from "../format";
import { FileButton } from "../parts/FileButton";
import { ProblemPanel } from "../parts/ProblemPanel";
import { useTexts } from "../preferences";
import type { Kind } from "./kinds";

const PICTURE = /\.(png|jpe?g|gif|webp|bmp)$/i;

/** The files of a record: seen, opened, added. */
export function FileLibrary({ kind, id }: { kind: Kind; id: number }) {
  const t = useTexts();
  const path = `${kind.address}/${id}/files`;
  const { data, problem, retry } = useResource<Attachment[]>(path);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const add = async (chosen: File[]) => {
    setBusy(true);
    setRefusal(null);
    try {
      for (const file of chosen) await request("POST", `${path}?name=${encodeURIComponent(file.name)}`, file);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setRefusal(error.problem);
    }
    setBusy(false);
    retry();
  };
  if (data === null) return problem ? <ProblemPanel problem={problem} onRetry={retry} /> : <Skeleton active title={false} />;
  return (
    <div className="files">
      {data.length === 0 && <p className="empty">{t("empty_files")}</p>}
      <ul>
        {data.map((file) => (
          <li key={file.id}>
            {PICTURE.test(file.name) && <img src={`/api/v1/files/${file.sha256}?size=thumbnail`} alt="" width="48" height="48" />}
            <a href={`/api/v1/files/${file.sha256}`} download={file.name}>
              {file.name}
            </a>
            <span className="caption">
              {file.by.replace("account/", "")} · {dateOf(file.at)} {clockOf(file.at)}
            </span>
          </li>
        ))}
      </ul>
      {refusal && <ProblemPanel problem={refusal} />}
      {kind.can_work && (
        <p className="add-file">
          <FileButton title={t(busy ? "uploading" : "add_files")} multiple loading={busy} onFiles={(chosen) => void add(chosen)} />
        </p>
      )}
    </div>
  );
}
