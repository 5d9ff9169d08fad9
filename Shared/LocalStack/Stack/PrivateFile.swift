import Glibc

/// A file that only its owner may read, for secrets.
enum PrivateFile {
    /// Replaces the file, all or nothing. Throws `LocalStackError.invalid`.
    static func write(_ text: String, to path: String) throws {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LocalStackError(.invalid, "cannot write \(path): \(errorText(errno))")
        }
        let bytes = Array(text.utf8)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
        guard written == bytes.count, rename(draft, path) == 0 else {
            throw LocalStackError(.invalid, "cannot write \(path): \(errorText(errno))")
        }
    }
}
