"""Words of the visitor's dialogs; what the desk says comes in the visitor's language already."""

WORDS = {
    "en": {
        "help": "Help",
        "title": "Ask for help",
        "note": "What are you stuck with?",
        "send": "Send",
        "waiting": "Your request was sent. An agent will answer here.",
        "link": "{agent} can help you now.",
        "open": "Begin",
        "consent": "Live help by {tenant}",
        "agree": "I agree",
        "refuse": "No, thanks",
        "watching.0": "Live help: nobody is watching",
        "watching": "Live help: {names}",
        "agent": "an agent",
        "offline": "Live help: connecting again …",
        "paused": "Live help is paused: nothing is seen",
        "pause": "Pause",
        "resume": "Go on",
        "end": "End",
        "ended": "Live help has ended.",
        "close": "Close",
        "network": "The help desk can't be reached. Check the network and try again.",
    },
    "zh-Hans": {
        "help": "帮助",
        "title": "请求帮助",
        "note": "您遇到了什么问题？",
        "send": "发送",
        "waiting": "请求已发送，客服会在这里答复。",
        "link": "{agent} 现在可以帮助您。",
        "open": "开始",
        "consent": "{tenant} 的实时协助",
        "agree": "我同意",
        "refuse": "不用了",
        "watching.0": "实时协助：无人观看",
        "watching": "实时协助：{names}",
        "agent": "客服",
        "offline": "实时协助：正在重新连接…",
        "paused": "实时协助已暂停：对方看不到任何内容",
        "pause": "暂停",
        "resume": "继续",
        "end": "结束",
        "ended": "实时协助已结束。",
        "close": "关闭",
        "network": "无法连接到服务台，请检查网络后重试。",
    },
}


def words_of(language: str) -> dict[str, str]:
    """The catalogue that fits a BCP 47 tag."""
    return WORDS["zh-Hans" if language.lower().startswith("zh") else "en"]
