"""The labels by which people name the parts of a procedure, as data, in several languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from cockpit.model.runbook import Part
from cockpit.runbook.inline import plain, without_emoji
from cockpit.runbook.words import phrases, words

_SYNONYMS: dict[Part, str] = {
    Part.SYMPTOMS: """
        symptoms; symptom; signs; signal; signals; alert signal; alert signals; alert; alerts;
        alert definition; how to detect; detection; what you see; what you will see; trigger; triggers;
        when to use; when to use this runbook; when to enable; meaning; impact; alert meaning; user impact;
        customer impact; indicators; observed behaviour; observed behavior; symptoms and detection;
        detection signals; alert conditions; alert condition; problem; issue; scenario; síntomas; sintomas;
        sintomi; symptome; symptômes; симптомы; признаки; алерт; алерты; 증상; 症状; 现象; impacto; 영향;
        감지; señales;
        condiciones de alerta;
        現象; 影響; 影響範囲; アラート; 検知; 検知方法; 发现; 影响; 告警; anzeichen; auswirkung; auswirkungen;
        fehlerbild; alarm;
        alarme; impact utilisateur; signes; sinais; alertas; alerta; sintoma; impatto
    """,
    Part.CAUSES: """
        causes; cause; likely causes; possible causes; common causes; root cause; root causes;
        potential causes; probable causes; why this happens; likely root causes; common root causes;
        background; context; causas; causas probables; causas comunes; причины; возможные причины; 원인;
        가능한 원인; 原因; ursachen; causes possibles; causes probables;
        考えられる原因; 想定原因; 背景; 可能原因; 根本原因; ursache; mögliche ursachen; hintergrund; kontext;
        contexte; causa;
        causa raiz; causa raíz; possíveis causas; causas possíveis; possibili cause; contexto
    """,
    Part.PREREQUISITES: """
        prerequisites; prerequisite; requirements; before you start; before you begin; preconditions;
        preparation; access; required access; access required; tools; required tools; pre-checks; prechecks;
        pre-flight; preflight; pre-flight checks; preflight checks; pre-flight checklist; preflight checklist;
        setup; prerrequisitos; requisitos; prérequis; pré-requis; предварительные требования; требования;
        사전 준비; 사전 조건; 사전 요구사항; voraussetzungen;
        前提条件; 前提; 事前準備; 準備; 必要条件; vorbereitung; vorbedingungen; zugänge; pré-requisitos;
        prerequisiti;
        préparation
    """,
    Part.DIAGNOSIS: """
        diagnosis; quick diagnosis; diagnose; diagnostics; diagnostic steps; diagnosis steps; investigation;
        investigate; investigation steps; initial investigation; triage; quick triage; triage steps;
        first checks; checks; check; initial checks; quick checks; first look; analysis; assess; assessment;
        confirm; how to diagnose; troubleshooting; troubleshooting steps; debugging; debug; identify;
        verify the problem; confirm the problem; verification of the issue; initial diagnosis;
        immediate checks; first response checks; diagnostic commands; diagnosis commands; diagnóstico;
        diagnostico; investigación; investigacao; диагностика; проверка причины; 진단; 확인; 점검; 원인 파악;
        诊断; diagnostic; diagnose schritte; diagnoseschritte;
        確認; 確認手順; 確認事項; 調査; 調査手順; 診断; 診断手順; 原因調査; 切り分け; 初動; 初動確認;
        状況確認; 排查; 排查步骤; 诊断步骤; 检查; 检查步骤; prüfen;
        prüfung; prüfschritte; analyse; untersuchung; fehleranalyse; fehlersuche; erste schritte; verificar;
        verificações; comprobaciones; investigação; diagnosi; vérifications; étapes de diagnostic; pasos de
        diagnóstico
    """,
    Part.MITIGATION: """
        mitigation; mitigations; mitigate; mitigation steps; mitigation actions; remediation; remediate;
        remediation steps; safe remediation steps; safe remediation; resolution; resolution steps; resolve;
        response; response steps; immediate response; immediate actions; immediate action; immediate steps;
        immediate mitigation; actions; action; steps; fix; fixes; how to fix; solution; solutions; procedure;
        recovery; recovery steps; recover; recovery actions; recovery procedure; repair; restore service;
        containment; contain; workaround; workarounds; quick fix; quick fixes; short-term fix; long-term fix;
        how to enable; how to disable; what to do; execution; execute; implementation; treatment;
        emergency response; emergency actions; eradication; how to resolve; steps to resolve;
        remediation actions; stabilize; mitigación; mitigacion; resolución; resolucion; solución; solucion;
        acciones; respuesta; pasos; acción inmediata; устранение; решение; действия; немедленные действия;
        первые действия; меры; восстановление; шаги;
        조치; 대응; 해결; 해결 방법; 복구; 완화; 즉시 조치; 복구 절차; 대응 절차; 缓解; 解决; 处理;
        résolution; atténuation; étapes; maßnahmen; behebung; lösung;
        対応; 対応手順; 対応方法; 対処; 対処手順; 対処方法; 復旧; 復旧手順; 復旧方法; 解決方法; 解決; 対策;
        暫定対応; 恒久対応; 緩和策; 手順; 初動対応; 处理步骤; 解决方案;
        解决方法; 恢复; 恢复步骤; 操作步骤; 应急处理; sofortmaßnahmen; gegenmaßnahmen; wiederherstellung;
        vorgehen;
        vorgehensweise; schritte; fehlerbehebung; lösungsschritte; massnahmen; remédiation; actions
        immédiates; rétablissement; procédure; mitigação; resolução; correção; ações; ações imediatas;
        passos; procedimento; recuperação; procedimiento; recuperación; remediación; mitigazione;
        risoluzione; azioni; ripristino
    """,
    Part.VERIFY: """
        verify; verification; verification steps; verify recovery; verify fix; verify the fix;
        verify resolution; validation; validate; post-checks; postchecks; confirm recovery;
        confirm resolution; confirm fix; success criteria; health check; health checks; smoke test;
        smoke tests; exit criteria; resolution confirmation; monitor; monitoring; post-deploy checks;
        post-deployment verification; post-deployment checks; acceptance; all clear; verify success;
        verificación; verificacion; validación; verificação; проверка; проверка восстановления; 검증;
        복구 확인; 验证; vérification; überprüfung; 확인 사항;
        検証; 動作確認; 復旧確認; 事後確認; 正常性確認; 验证步骤; 恢复验证; 确认; verifikation; verifizierung;
        erfolgskontrolle;
        kontrolle; validação; comprobación; verifica; contrôle
    """,
    Part.ROLLBACK: """
        rollback; roll back; rollback steps; rollback procedure; rollback plan; rollback / restore pointers;
        rollback/restore pointers; rollback pointers; restore pointers; rollback instructions; revert; undo;
        backout; back out; backout plan; if it goes wrong; rollback and restore; rollback / restore;
        reversión; reversion; откат; 롤백; 回滚; retour arrière; rückgängig; 롤백 절차; rollback options;
        rollback criteria;
        ロールバック; ロールバック手順; 切り戻し; 切り戻し手順; 回滚步骤; zurückrollen; zurücksetzen;
        rückfallplan; reversão; retour en
        arrière; ripristino precedente; marcha atrás
    """,
    Part.ESCALATION: """
        escalation; escalate; escalation roles; escalation path; escalation policy; escalation procedure;
        escalation procedures; escalation matrix; when to escalate; escalation steps; escalation contacts;
        contacts; contact; contact information; emergency contacts; key contacts; who to contact; on-call;
        on-call contacts; on-call rotation; support; escalamiento; escalación; contactos; эскалация; контакты;
        에스컬레이션; 연락처; 升级; escalade; eskalation;
        エスカレーション; 連絡先; 緊急連絡先; 升级流程; 联系人; ansprechpartner; kontakte; eskalationspfad;
        escalonamento;
        escalação; contatos; contacto; contacts d'urgence; escalamento; escalazione; contatti
    """,
    Part.POST: """
        post-incident; post incident; postincident; post-mortem; postmortem; post-incident review;
        post-incident review process; post-incident actions; post-incident tasks; post-incident steps;
        post incident review; follow-up; follow up; followup; follow-up actions; follow-ups;
        after the incident; after action; after-action review; post-recovery; post-resolution; prevention;
        preventive measures; preventative measures; lessons learned; long-term actions; retrospective;
        cleanup; clean up; closing; closure; incident review; action items; post-restore; post-rollback;
        permanent fix; prevención; postmortem review; после инцидента; предотвращение; 사후 조치; 사후 분석;
        재발 방지; 预防; prévention; nachbereitung;
        事後対応; 再発防止; 再発防止策; 振り返り; ポストモーテム; 复盘; 后续; 事后分析; nacharbeit;
        nachbearbeitung; pós-incidente;
        post-incidente; après l'incident; suivi; seguimiento; acompanhamento
    """,
    Part.REFERENCE: """
        reference; references; quick reference; monitoring quick reference; useful commands; common commands;
        command reference; commands; cheat sheet; cheatsheet; appendix; related; related runbooks;
        related documentation; related documents; related docs; see also; links; useful links; resources;
        documentation; overview; summary; introduction; about; purpose; scope; table of contents; contents;
        toc; index; runbook index; glossary; definitions; terminology; notes; architecture; severity levels;
        severity; severity classification; severity definitions; severity matrix; metadata; owner; owners;
        ownership; roles; roles and responsibilities; responsibilities; service overview; key metrics;
        metrics; dashboards; dashboard; slo; slos; sla; slas; rto/rpo; changelog; change log;
        revision history; document history; history; version history; updating these runbooks;
        updating this runbook; maintenance of this document; runbook maintenance; maintaining this runbook;
        thresholds; configuration reference; environment variables; assumptions; limitations; contributing;
        faq; audience; quick links; key files; files; tooling reference; example; examples; template;
        templates; runbook template; referencias; referencia; enlaces; resumen; descripción; справка; ссылки;
        дашборды; метрики; мониторинг и метрики;
        обзор; 참고; 참고 자료; 개요; 목차; 概述; 参考; références; aperçu; übersicht; referenzen;
        comandos útiles; 유용한 명령어;
        参考資料; 概要; 目次; 関連; 関連資料; 関連ドキュメント; 関連リンク; 参考资料; 目录; 相关文档;
        überblick; verweise; anhang; weiterführende
        links; zusammenfassung; aperçu général; liens; referências; visão geral; riferimenti; panoramica;
        enlaces útiles
    """,
    Part.COMMUNICATION: """
        communication; communications; communication templates; communication template; communication plan;
        status page; status page update; notify; notification; notifications; notification templates;
        stakeholder communication; customer communication; customer notification; internal communication;
        external communication; status updates; comms; stakeholders; comunicación; comunicacion; коммуникация;
        커뮤니케이션; 공지; 沟通; kommunikation;
        周知; 連絡; 関係者への連絡; コミュニケーション; 通知; benachrichtigung; comunicação; communication
        interne; comunicazione;
        notificación
    """,
}
"""The synonyms, separated by semicolons; they are compared without case and accents of composition."""

PART_WORDS = words(
    """
    assessment assess response investigation investigate diagnosis diagnose triage mitigation mitigate
    resolution resolve recovery recover verification verify confirmation confirm rollback escalation escalate
    communication communicate post-incident follow-up monitoring detection containment contain eradication
    validation validate cleanup closure remediation restore notification
    """
)
"""Words that make a numbered heading a stage of its procedure."""

IMPERATIVES = words(
    """
    acknowledge announce activate add adjust analyse analyze apply approve assess assign attach authenticate
    back backup begin block build bump call cancel capture change check choose clean clear close collect
    communicate compare complete configure confirm connect contact contain copy create declare decide delete
    demote deploy describe detect determine diagnose disable disconnect document download drain drop dump edit
    email enable end engage ensure enter escalate establish estimate evaluate examine execute export fail file
    failover fetch find fix flush follow force gather generate get give go grant identify implement import
    increase inform initiate inspect install investigate isolate kill launch list locate lock log login look
    lower make mark match measure merge migrate mitigate monitor mount move note notify obtain open page patch
    pause perform pick pin point post prepare prevent preserve promote provision prune publish pull purge push
    put query raise re-check re-deploy re-enable re-run read reapply reassign rebuild recheck reconcile record
    recover recreate redeploy redirect reduce refresh register reindex release reload remove rename renew
    reopen repair replace replay report request rerun reset resize resolve restart restore resume retrieve
    retry return revert review revoke roll rollback rotate route run save scale scan schedule search secure
    select send set setup shift shut sign silence skip snapshot spin stabilize start stop submit suspend
    switch sync take tail tear tell terminate test throttle tighten trace track transfer trigger triage try
    turn uncordon unlock unpause unset update upgrade upload use validate verify view visit wait warm warn
    watch whitelist write

    проверить проверьте перезапустить перезапустите подождать подождите запустить запустите остановить остановите найти
    найдите открыть откройте убедиться убедитесь выполнить выполните восстановить восстановите удалить удалите добавить
    посмотреть посмотрите определить уведомить сообщить сообщите отключить включить откатить создать обновить

    verificar verifique revisar revise reiniciar reinicie comprobar compruebe ejecutar ejecute detener detenga iniciar
    inicie abrir abra restaurar restaure confirmar confirme identificar identifique notificar notifique escalar escale
    executar parar pare esperar espere aguardar aguarde limpiar limpie desactivar activar eliminar elimine analizar
    consultar consulte

    vérifier vérifiez redémarrer redémarrez arrêter arrêtez lancer lancez ouvrir ouvrez restaurer restaurez attendre
    attendez identifier identifiez prévenir prévenez exécuter exécutez relancer relancez

    prüfe prüfen starte starten stoppe stoppen öffne öffnen führe warte warten melde informiere lösche setze
    """
)
"""First words by which a heading or comment asks for something to be done."""

_NUMBERED = re.compile(
    r"^(?:(?:step|phase|stage|paso|étape|schritt|шаг|단계)\s*#?\d{1,2}[a-z]?\s*[:.)\-–—]?\s*"
    r"|\d{1,2}(?:\.\d{1,2})*[.):]?\s+|[a-z]\)\s+|\d{1,2}단계[:.]?\s*)",
    re.I,
)
_BUDGET = re.compile(
    r"""\(?\s*(?:within|in|time(?:box)?|target|time)?\s*:?\s*[<≤~]?\s*(?:\d+\s*[-–—]\s*)?"""
    r"""(\d+)\s*\+?\s*(s|sec|seconds?|m|min|mins|minutes?|h|hr|hrs|hours?)\b""",
    re.I,
)
_BRANCH = re.compile(
    r"^(?:(?:option|scenario|alternative|approach|method|path|plan|case|variant|opción|вариант|옵션|방법)"
    r"\s*#?\s*(?:[0-9]{1,2}|[A-Z])\b|(?:if|when)\s+\S|for any\b)",
    re.I,
)
_SEVERITY = re.compile(r"\b(P[0-5]|SEV[- ]?[0-5])\b|(?<=\()(critical|high|medium|low)(?=\))", re.I)
_PREFIX = re.compile(r"^(?:runbook|playbook|procedure|incident|sop)\s*[:–—-]\s+", re.I)


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", " ", folded).strip(" :.*_#-–—?!")


_TABLE: dict[str, Part] = {_normal(name): part for part, names in _SYNONYMS.items() for name in phrases(names)}


@lru_cache(maxsize=8192)
def label(text: str) -> str:
    """A heading as a label: no Markdown, emoji, number or trailing parentheses."""
    words = without_emoji(plain(text))
    words = _NUMBERED.sub("", words, count=1).strip()
    return re.sub(r"\s*\([^()]*\)[\s:]*$", "", words).strip(" :–—-") or words


def title(text: str) -> str:
    """A heading as a title: no Markdown, emoji or number, and without `Runbook:` before it."""
    words = _NUMBERED.sub("", without_emoji(plain(text)), count=1).strip(" :")
    return _PREFIX.sub("", words) or words or "Untitled"


def numbered(text: str) -> bool:
    """True when a heading begins with a number or `Step N`."""
    return _NUMBERED.match(without_emoji(plain(text))) is not None


def step_numbered(text: str) -> bool:
    """True when a heading begins with `Step N` or `Phase N`."""
    return re.match(r"(?:step|phase|stage|paso|étape|schritt|шаг)\s*#?\d", without_emoji(plain(text)), re.I) is not None


@lru_cache(maxsize=8192)
def part_of(text: str) -> Part | None:
    """The part that a label names, None when the whole label is not in the table."""
    if len(text) > 100:
        return None
    whole = _normal(label(text))
    return _TABLE.get(whole) or _TABLE.get(_normal(re.sub(r"\s+\d+$", "", whole)))


def is_branch(text: str) -> bool:
    """True for `Option A`, `Scenario 2`, `If ...`."""
    return _BRANCH.match(_NUMBERED.sub("", without_emoji(plain(text)), count=1)) is not None


def imperative(text: str) -> bool:
    """True when a label begins with a verb that asks for something."""
    first = re.match(r"[^\W\d_]+(?:-[^\W\d_]+)*", label(text))
    return first is not None and first[0].lower() in IMPERATIVES


def has_part_word(text: str) -> bool:
    """True when a label holds a word that names a part."""
    return any(word in PART_WORDS for word in re.findall(r"[a-z-]+", label(text).lower()))


def budget_seconds(text: str) -> float | None:
    """The time box written in a heading or a `Time:` line, in seconds; the upper end of a range."""
    found = re.search(r"\(([^()]*)\)", text)
    inside = _BUDGET.search(found[1]) if found is not None else None
    if inside is None:
        return None
    return _seconds(inside[1], inside[2])


def time_line_seconds(text: str) -> float | None:
    """The time box of a line such as `Time: 0-5 minutes`, None for any other line."""
    found = re.match(r"(?:time|time ?box|duration|budget|eta)\s*:\s*(.*)", text, re.I)
    inside = _BUDGET.search(found[1]) if found else None
    return _seconds(inside[1], inside[2]) if inside else None


def duration_seconds(text: str) -> float | None:
    """The first duration in a sentence, in seconds."""
    found = re.search(
        r"\b(?:\d+\s*[-–]\s*)?(\d{1,4})\s*(s|sec|seconds?|m|min|mins|minutes?|h|hrs?|hours?)\b", text, re.I
    )
    return _seconds(found[1], found[2]) if found else None


def _seconds(number: str, unit: str) -> float:
    return float(number) * {"s": 1, "m": 60, "h": 3600}[unit[0].lower()]


def severity(text: str) -> str:
    """The severity named in a heading, as written, "" when there is none."""
    found = _SEVERITY.search(text)
    return (found[1] or found[2]) if found else ""
