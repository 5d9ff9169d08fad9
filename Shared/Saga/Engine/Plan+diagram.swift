extension Plan {
    /// The saga as a Mermaid state diagram (`stateDiagram-v2`), drawn from the definition: what is
    /// asked, from top to bottom, and beside it what is undone when it fails.
    public var diagram: String {
        var drawing = Drawing(plan: self)
        return drawing.draw()
    }
}

private struct Drawing {
    let plan: Plan
    private var lines: [String] = []

    init(plan: Plan) { self.plan = plan }

    mutating func draw() -> String {
        for step in plan.steps {
            line("state \"\(step.name)\(step.kind == .pivot ? " (pivot)" : "")\" as \(id(step))")
        }
        for step in plan.steps.prefix(plan.pivot) {
            line("state \"undo \(step.name)\" as \(undoID(step))")
        }
        for (index, stage) in plan.stages.enumerated() where stage.count > 1 {
            line("state fork_\(index) <<fork>>")
            line("state join_\(index) <<join>>")
            line("state undo_fork_\(index) <<fork>>")
            line("state undo_join_\(index) <<join>>")
        }
        line("[*] --> \(entry(0))")
        for (index, stage) in plan.stages.enumerated() {
            for step in stage { drawAction(plan.steps[step], of: index) }
            if stage.count > 1 { line("join_\(index) --> \(entry(index + 1))") }
        }
        line("succeeded --> [*]")
        for (index, stage) in plan.stages.enumerated().reversed() where isUndoable(stage) {
            for step in stage { drawUndo(plan.steps[step], of: index) }
            if stage.count > 1 { line("undo_join_\(index) --> \(undoEntry(index - 1))") }
        }
        line("compensated --> [*]")
        return (["stateDiagram-v2"] + lines).joined(separator: "\n")
    }

    private mutating func drawAction(_ step: Plan.Step, of index: Int) {
        let stage = plan.stages[index]
        if stage.count > 1 {
            line("fork_\(index) --> \(id(step))")
            line("\(id(step)) --> join_\(index): done")
            line("\(id(step)) --> undo_fork_\(index): refused or silent")
            return
        }
        line("\(id(step)) --> \(entry(index + 1)): done")
        switch step.kind {
        case .compensatable:
            line("\(id(step)) --> \(undoEntry(index - 1)): refused")
            line("\(id(step)) --> \(undoID(step)): silent")
        case .pivot:
            line("\(id(step)) --> \(undoEntry(index - 1)): refused")
            line("\(id(step)) --> \(id(step)): silent, asked again")
        case .retriable:
            line("\(id(step)) --> \(id(step)): refused or silent, asked again")
        }
    }

    private mutating func drawUndo(_ step: Plan.Step, of index: Int) {
        if plan.stages[index].count > 1 {
            line("undo_fork_\(index) --> \(undoID(step))")
            line("\(undoID(step)) --> undo_join_\(index): done")
        } else {
            line("\(undoID(step)) --> \(undoEntry(index - 1)): done")
        }
    }

    /// Where a stage begins; beyond the last one is success.
    private func entry(_ index: Int) -> String {
        guard index < plan.stages.count else { return "succeeded" }
        let stage = plan.stages[index]
        return stage.count > 1 ? "fork_\(index)" : id(plan.steps[stage.lowerBound])
    }

    /// Where the undoing of a stage begins; before the first one all is undone.
    private func undoEntry(_ index: Int) -> String {
        guard index >= 0 else { return "compensated" }
        let stage = plan.stages[index]
        return stage.count > 1 ? "undo_fork_\(index)" : undoID(plan.steps[stage.lowerBound])
    }

    private func isUndoable(_ stage: Range<Int>) -> Bool { stage.upperBound <= plan.pivot }

    private func id(_ step: Plan.Step) -> String {
        String(step.name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
    }

    private func undoID(_ step: Plan.Step) -> String { "undo_" + id(step) }

    private mutating func line(_ text: String) { lines.append("    " + text) }
}
