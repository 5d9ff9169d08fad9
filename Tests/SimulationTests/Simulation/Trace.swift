/// What happened, line by line, and one number for all of it: two runs of one seed have the same.
struct Trace {
    private(set) var lines: [String] = []
    /// FNV-1a (Fowler, Noll, Vo), 64 bits.
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func note(_ line: String, at time: Int64) {
        let line = "\(time) ms: \(line)"
        for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        lines.append(line)
    }

    /// The lines about one thing.
    func story(of name: String) -> String {
        guard name.contains(where: \.isNumber) else { return "" }
        return lines.filter { $0.hasSuffix(name) || $0.contains(name + " ") }
            .joined(separator: "\n")
    }
}
