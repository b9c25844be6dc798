"""What kinds of contacts and calls are called, in Chinese and English, for what is read outside the console."""

KINDS = {
    "code": ("抢救", "Code"),
    "emergency": ("紧急呼叫", "Emergency call"),
    "bathroom": ("卫生间紧急", "Bathroom emergency"),
    "staff_assist": ("增援", "Staff assist"),
    "normal": ("普通呼叫", "Call"),
    "fault": ("故障", "Fault"),
    "bed_call": ("床位呼叫", "Bed call"),
    "family_call": ("家属来电", "Family call"),
    "message": ("留言", "Message"),
    "web_request": ("网上请求", "Web request"),
    "technical": ("技术故障", "Technical fault"),
    "incident": ("突发事件", "Incident"),
}


def kind_word(kind: str, language: str) -> str:
    """In `zh_CN` or `en`; a kind that a newer call centre knows stays as it is."""
    chinese, english = KINDS.get(kind, (kind, kind))
    return chinese if language == "zh_CN" else english
