"""What the notes of a generated vault are made of."""

from __future__ import annotations

import random

DOMAINS = {
    "人工智能": ("机器学习", "深度学习", "自然语言处理", "强化学习", "知识表示"),
    "数学": ("线性代数", "概率论", "拓扑学", "数论", "最优化"),
    "计算机科学": ("算法", "操作系统", "数据库", "编译原理", "分布式系统"),
    "物理学": ("量子力学", "热力学", "电磁学", "相对论"),
    "心理学": ("认知心理学", "发展心理学", "社会心理学"),
    "经济学": ("微观经济学", "宏观经济学", "行为经济学"),
    "哲学": ("认识论", "逻辑学", "科学哲学"),
    "语言学": ("语义学", "句法学", "语用学"),
    "生物学": ("遗传学", "生态学", "神经科学"),
    "管理学": ("组织行为", "项目管理", "战略管理"),
}
# fmt: off
FIRST = (
    "自适应", "分层", "稀疏", "渐进", "随机", "确定性", "局部", "全局", "对偶", "递归", "隐式", "显式", "动态",
    "静态", "增量", "并行", "分布式", "概率", "模糊", "因果", "线性", "非线性", "双向", "单调", "离散", "连续",
    "条件", "边缘", "联合", "贪心", "启发式", "元", "超", "弱", "强", "广义", "狭义", "经典", "现代", "主动", "被动",
    "迁移", "对比", "监督", "无监督", "半监督", "多模态", "低秩", "高阶", "正则化", "量化", "抽象", "具体",
)
MIDDLE = (
    "梯度", "记忆", "注意", "推理", "表示", "采样", "编码", "优化", "决策", "激励", "均衡", "熵", "信息", "语义",
    "结构", "网络", "图", "序列", "空间", "时间", "能量", "对称", "演化", "反馈", "学习", "控制", "索引", "缓存",
    "一致性", "约束", "隐喻", "归纳", "演绎", "规划", "博弈", "供给", "需求", "认知", "情绪", "习惯", "遗传", "选择",
    "生态", "符号", "类型", "范畴", "流形", "测度", "群", "环", "域", "核", "谱", "波", "场",
)
LAST = (
    "理论", "模型", "方法", "算法", "原理", "机制", "定理", "假说", "框架", "范式", "效应", "悖论", "问题", "策略",
    "函数", "变换", "分解", "估计", "检验", "过程", "系统", "结构", "分析", "定律", "准则", "指标",
)
LATIN = (
    "Transformer", "BERT", "SVM", "PCA", "EM", "MCMC", "LSTM", "RAG", "CAP", "ACID", "TCP", "GPU", "LLM", "API",
    "Bayes", "Nash", "Hilbert", "Markov",
)
SUBJECTS = (
    "这一概念", "研究者", "该方法", "初学者", "实际系统", "观察者", "设计者", "早期文献", "现代教材", "这种机制",
    "学习者", "工程团队", "上述结论", "相关实验", "多数模型", "理论分析", "个体", "组织", "市场", "网络中的节点",
)
VERBS = (
    "强调", "揭示", "描述", "依赖于", "区分", "解释", "限制", "推广", "近似", "简化", "补充", "修正", "支持", "质疑",
    "度量", "预测", "连接", "组织", "重构", "影响",
)
OBJECTS = (
    "局部与整体之间的关系", "输入和输出之间的映射", "有限资源下的取舍", "长期记忆的形成过程", "不确定条件下的判断",
    "变量之间的相互作用", "系统在扰动后的恢复能力", "知识的层次结构", "假设与证据的匹配程度", "误差的来源与传播",
    "信息的压缩与还原", "参与者的激励与约束", "问题的可分解性", "从具体到抽象的过渡", "稳定状态的存在条件",
    "观测数据背后的规律", "语言形式与意义的对应", "复杂度随规模的增长", "旧知识与新知识的衔接", "多个目标之间的平衡",
)
TURNS = (
    "因此", "不过", "例如", "换句话说", "与此同时", "从另一个角度看", "更一般地", "在实践中", "需要注意的是",
    "进一步说", "值得一提的是", "相比之下",
)
SECTIONS = (
    "定义", "详细解释", "具体例子", "相关概念", "应用场景", "进一步阅读", "我的思考", "更新历史",
)
STATUS = (
    "草稿", "整理中", "已完成", "待复习",
)
TYPES = (
    "概念", "方法", "定理", "人物", "工具",
)
CALLOUTS = (
    "note", "tip", "warning", "info", "question", "example", "quote", "abstract",
)
# fmt: on
FORMULAS = (
    r"p(\theta \mid x) = \frac{p(x \mid \theta)\,p(\theta)}{\int p(x \mid \theta')\,p(\theta')\,d\theta'}",
    r"\theta_{t+1} = \theta_t - \eta \nabla_\theta L(\theta_t)",
    r"H(X) = -\sum_{i=1}^{n} p_i \log_2 p_i",
    r"\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
    r"\begin{aligned} \nabla\cdot\mathbf{E} &= \frac{\rho}{\varepsilon_0} \\ "
    r"\nabla\times\mathbf{B} &= \mu_0\mathbf{J} \end{aligned}",
    r"V(s)=\max_a \sum_{s'} P(s'\mid s,a)\,[R(s,a,s')+\gamma V(s')]",
)
CODE = (
    'def update(theta, grad, lr=0.1):\n    """one step"""\n    return [t - lr * g for t, g in zip(theta, grad)]',
    "SELECT topic, COUNT(*) AS n\nFROM notes\nGROUP BY topic\nORDER BY n DESC;",
    "for i in range(10):\n    print('[[不是链接]]', i)",
)
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="60"><rect width="120" height="60" fill="#ddd"/>'
    '<text x="10" y="35">{}</text></svg>\n'
)
PICTURES = tuple(f"图{number:02d}.svg" for number in range(20))


def titles(rng: random.Random, count: int) -> list[str]:
    """Return different titles: mostly Chinese, some with Latin letters, spaces, brackets, hyphens or dots."""
    seen: set[str] = set()
    out: list[str] = []
    while len(out) < count:
        title = one_title(rng)
        if title in seen:
            title += rng.choice(MIDDLE)
            if title in seen:
                continue
        seen.add(title)
        out.append(title)
    return out


def one_title(rng: random.Random) -> str:
    kind = rng.random()
    first, middle, last = rng.choice(FIRST), rng.choice(MIDDLE), rng.choice(LAST)
    if kind < 0.70:
        title = first + middle + last
    elif kind < 0.80:
        title = f"{rng.choice(LATIN)} {middle}{last}"
    elif kind < 0.86:
        title = f"{first}{middle}({last})"
    elif kind < 0.90:
        title = f"{first}{middle}{last}（广义）"
    elif kind < 0.94:
        title = f"{middle}与{rng.choice(MIDDLE)}的{last}"
    elif kind < 0.97:
        title = f"{rng.choice(LATIN)}-{first}{middle}"
    else:
        title = f"{first}{middle}{last} v{rng.randint(1, 9)}.{rng.randint(0, 9)}"
    return title


def sentence(rng: random.Random, links: list[str] | None = None) -> str:
    text = rng.choice(TURNS) + "，" if rng.random() < 0.45 else ""
    text += rng.choice(SUBJECTS) + rng.choice(VERBS) + rng.choice(OBJECTS)
    if links:
        text += "，可以参见" + links.pop()
    elif rng.random() < 0.5:
        text += "，并" + rng.choice(VERBS) + rng.choice(OBJECTS)
    return text + "。"


def paragraph(rng: random.Random, count: int, links: list[str] | None = None) -> str:
    """Return `count` sentences that take links from the end of the list while there are any."""
    return "".join(sentence(rng, links if links and rng.random() < 0.8 else None) for _ in range(count))
