import FoundationEssentials
import Glibc

/// Reads the lines that another process appends to a file.
struct LogTail {
    private let path: String
    private var position: Int
    private var partial: [UInt8] = []

    /// Begins at the file's present end.
    init(_ path: String) {
        self.path = path
        var information = stat()
        position = stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    /// The whole lines that came since it was last asked.
    mutating func lines() -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &chunk, chunk.count, position)
            guard count > 0 else { break }
            position += count
            partial += chunk[..<count]
        }
        guard let end = partial.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = partial[..<end].split(separator: UInt8(ascii: "\n"))
        partial.removeSubrange(...end)
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}
