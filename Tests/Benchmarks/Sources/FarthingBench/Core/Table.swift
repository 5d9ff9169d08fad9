import Foundation

/// A report as text, in aligned columns.
struct Table: CustomStringConvertible {
    let report: Report

    init(_ report: Report) { self.report = report }

    var description: String {
        var parts = ["\n\(report.benchmark): \(report.abstract)"]
        if !report.contests.isEmpty { parts.append(Self.align(contests)) }
        if !report.latencies.isEmpty { parts.append(Self.align(latencies)) }
        if !report.figures.isEmpty { parts.append(Self.align(figures)) }
        parts += report.notes.map { "  \($0)" }
        parts.append("  It all took \(Self.number(report.seconds)) s.")
        return parts.joined(separator: "\n")
    }

    private var contests: [[String]] {
        let head = ["condition", "who", "median", "min", "max", "unit", "ours/it", "min", "max"]
        return [head]
            + report.contests.flatMap { contest in
                contest.measurements.enumerated().map { index, measurement in
                    let ratios = index == 0 ? [] : contest.ratios(to: measurement)
                    let values = [measurement.median, measurement.min, measurement.max]
                    return [contest.condition, measurement.who] + values.map(Self.number)
                        + [contest.unit] + Self.ratio(ratios)
                }
            }
    }

    private static func ratio(_ values: [Double]) -> [String] {
        guard let least = values.min(), let most = values.max() else { return ["", "", ""] }
        return [Measurement.median(of: values), least, most].map { String(format: "%.2f", $0) }
    }

    private var latencies: [[String]] {
        [["condition", "who", "p50 ms", "p90", "p99", "p99.9", "max", "count"]]
            + report.latencies.map { row in
                [row.condition, row.who]
                    + [row.p50, row.p90, row.p99, row.p999, row.max].map {
                        String(format: "%.2f", Double($0) / 1000)
                    } + ["\(row.count)"]
            }
    }

    private var figures: [[String]] {
        [["condition", "what", "value", "unit"]]
            + report.figures.map { [$0.condition, $0.what, Self.number($0.value), $0.unit] }
    }

    /// Three digits that matter, or all of a larger number.
    static func number(_ value: Double) -> String {
        switch abs(value) {
        case 100...: "\(Int(value.rounded()))"
        case 10...: String(format: "%.1f", value)
        default: String(format: "%.2f", value)
        }
    }

    /// Words to the left, numbers to the right.
    private static func align(_ rows: [[String]]) -> String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, text in
                let padding = String(repeating: " ", count: widths[column] - text.count)
                let isNumber = rows.dropFirst().allSatisfy {
                    $0[column].isEmpty || Double($0[column]) != nil
                }
                return isNumber ? padding + text : text + padding
            }
            return "  " + cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

/// Lines on standard error, for whoever waits and for whoever asks where the time goes.
enum Progress {
    private static let start = ContinuousClock.now

    static func say(_ text: String) {
        let elapsed = String(format: "%6.1f s", (ContinuousClock.now - start) / .seconds(1))
        FileHandle.standardError.write(Data("· \(elapsed)  \(text)\n".utf8))
    }
}
