/// The `traceparent` header of W3C Trace Context, level 1: `00-<trace>-<parent>-<flags>`.
enum TraceParent {
    /// The header if it is valid, else a new one.
    static func accepted(_ header: String?) -> String {
        if let header, isValid(header) { return header }
        return fresh()
    }

    /// Whether it is a version 00 header; of a later version only that form is understood, and
    /// §3.2 lets a receiver start a new trace.
    static func isValid(_ header: String) -> Bool {
        let fields = header.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 4, fields[0] == "00" else { return false }
        return isHex(fields[1], 32) && isHex(fields[2], 16) && isHex(fields[3], 2)
            && fields[1].contains { $0 != "0" } && fields[2].contains { $0 != "0" }
    }

    /// A new trace, sampled.
    static func fresh() -> String {
        let high = hex(.random(in: 1 ... .max))
        let low = hex(.random(in: .min ... .max))
        return "00-\(high)\(low)-\(hex(.random(in: 1 ... .max)))-01"
    }

    private static func isHex(_ field: Substring, _ length: Int) -> Bool {
        field.utf8.count == length
            && field.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
