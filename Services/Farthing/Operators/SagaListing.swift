import LocalStack

/// Sagas as lines of text.
enum SagaListing {
    /// One line per saga, under a heading.
    static func lines(of page: JSON) -> [String] {
        let sagas = page["data"].elements
        guard !sagas.isEmpty else { return ["There are none."] }
        let heading =
            "SAGA".column(42) + "OF".column(10) + "STATE".column(20) + "SINCE".column(26)
            + "WAITS FOR"
        return [heading] + sagas.map(line) + more(page)
    }

    /// A saga's summary, and its timeline.
    static func detail(of saga: JSON) -> [String] {
        var lines = [
            row("saga", text(saga["id"])),
            row("of", "\(text(saga["definition"])) \(text(saga["subject"]))"),
            row("state", text(saga["state"])), row("began", text(saga["created_at"])),
        ]
        if let ended = saga["ended_at"].string { lines.append(row("ended", ended)) }
        if let code = saga["failure"]["code"].string {
            lines.append(row("failure", "\(code): \(text(saga["failure"]["detail"]))"))
        }
        let waiting = waits(saga)
        if !waiting.isEmpty { lines.append(row("waits for", waiting)) }
        let timeline = saga["timeline"].elements.map { entry in
            let undo = entry["direction"].string == "compensation" ? "undo " : ""
            let detail = entry["detail"].string.map { "  " + $0 } ?? ""
            return "  " + text(entry["at"]).column(26) + (undo + text(entry["step"])).column(26)
                + text(entry["status"]) + detail
        }
        return lines + (timeline.isEmpty ? [] : [""]) + timeline
    }

    /// What tells how to see the next page.
    static func more(_ page: JSON) -> [String] {
        page["next_cursor"].string.map { ["", "More: --cursor \($0)"] } ?? []
    }

    private static func line(_ saga: JSON) -> String {
        text(saga["id"]).column(42) + text(saga["definition"]).column(10)
            + text(saga["state"]).column(20) + text(saga["updated_at"]).column(26) + waits(saga)
    }

    private static func waits(_ saga: JSON) -> String {
        saga["waiting_for"].elements.map { request in
            let undo = request["direction"].string == "compensation" ? "undo " : ""
            return "\(undo)\(text(request["step"])) (attempt \(request["attempt"].integer ?? 0))"
        }.joined(separator: ", ")
    }

    private static func row(_ name: String, _ value: String) -> String { name.column(12) + value }

    private static func text(_ value: JSON) -> String { value.string ?? "-" }
}
